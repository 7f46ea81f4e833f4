import { gatherWorkers } from '../main/cluster/gather-workers.ts'
import { spawnWorker } from '../main/cluster/test/spawn-worker.ts'
import { gatherPatiently } from '../main/engine/gather.ts'
import type { GatherWorkers } from '../main/training/exchange/worker-pool.ts'

/** Workers of this machine, each a process of its own as `loupe worker` starts it. */
export interface WorkerProcesses {
  readonly hosts: readonly string[]
  readonly gather: GatherWorkers
  stop(): Promise<void>
}

export async function startWorkers(count: number): Promise<WorkerProcesses> {
  const workers = await Promise.all(Array.from({ length: count }, () => spawnWorker(['--threads', '1'])))
  return {
    hosts: workers.map(({ address }) => address),
    gather: gatherPatiently({ gather: gatherWorkers }),
    async stop() {
      for (const { signal } of workers) signal('SIGTERM')
      await Promise.all(workers.map(({ exited }) => exited))
    },
  }
}
