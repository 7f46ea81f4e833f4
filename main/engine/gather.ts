import { setTimeout as sleep } from 'node:timers/promises'
import { LoupeError } from '../contract/errors.ts'
import type { Cluster, GatherOptions } from '../cluster/gather-workers.ts'
import type { GatheredWorkers, GatherWorkers } from '../training/exchange/worker-pool.ts'

const RETRY_MS = 1000

export interface GatheringOptions {
  gather(options: GatherOptions): Promise<Cluster>
  /** Between two tries; a second when left out. */
  readonly retryMs?: number
}

/**
 * Brings the workers of a run together as its config says: a worker that is not there is waited for, or left out where the run may go on
 * without it.
 *
 * @throws LoupeError `worker-lost` where one stays away too long, or none is left; what else gathering throws at once.
 */
export function gatherPatiently({ gather, retryMs = RETRY_MS }: GatheringOptions): GatherWorkers {
  return async ({ hosts, waitSeconds, whenLost }) => {
    const until = Date.now() + 1000 * waitSeconds
    let present = hosts
    for (;;) {
      try {
        return watched(await gather({ hosts: present }), { present, hosts })
      } catch (error) {
        // A worker may be busy for a while with a run that is gone.
        if (!(error instanceof LoupeError) || (error.code !== 'worker-lost' && error.code !== 'conflict')) throw error
        const left = present.filter((host) => host !== error.facts['host'])
        if (error.code === 'worker-lost' && whenLost === 'go-on' && left.length > 0 && left.length < present.length) present = left
        else if (Date.now() > until) throw numbered(error, hosts)
        else await sleep(retryMs)
      }
    }
  }
}

/** Keeps the first loss, for the run to ask once its call has failed. */
function watched(cluster: Cluster, { present, hosts }: { readonly present: readonly string[]; readonly hosts: readonly string[] }): GatheredWorkers {
  let lost: ReturnType<GatheredWorkers['lost']> = null
  void cluster.lost.then(({ message, facts }) => {
    const host = typeof facts['host'] === 'string' ? facts['host'] : (present[Number(facts['worker'])] ?? '')
    lost = { worker: hosts.indexOf(host), host, reason: typeof facts['reason'] === 'string' ? facts['reason'] : message }
  })
  return { target: cluster.target, devices: cluster.devices, warnings: cluster.warnings.map(({ message, facts }) => ({ message, facts })), lost: () => lost, close: () => cluster.close() }
}

/** Workers count by their place in the config, also where others are left out. */
function numbered(error: LoupeError, hosts: readonly string[]): LoupeError {
  const { host } = error.facts
  return typeof host === 'string' && hosts.includes(host) ? new LoupeError(error.code, error.message, { ...error.facts, worker: hosts.indexOf(host) }, { cause: error }) : error
}
