import type { WorkerFacts } from './gather-workers.ts'

/** What a person should know about a cluster that works all the same. */
export interface ClusterWarning {
  readonly kind: 'unequal-workers' | 'open-port'
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** Compares the workers: with unequal ones each step takes as long as on the slowest. */
export function clusterWarnings(workers: readonly WorkerFacts[], isConfined: readonly boolean[]): readonly ClusterWarning[] {
  const traits: readonly (readonly [trait: string, valueOf: (facts: WorkerFacts) => string])[] = [
    ['cores', ({ cores }) => String(cores)],
    ['threads', ({ threads }) => (threads === 0 ? 'all' : String(threads))],
    ['devices', ({ devices }) => devices.map(({ kind, description }) => (kind === 'GPU' ? description : kind)).join(' + ')],
  ]
  const unequal = traits.flatMap(([trait, valueOf]): ClusterWarning[] => {
    const values = workers.map(valueOf)
    if (new Set(values).size <= 1) return []
    const list = workers.map(({ host }, i) => `${host} has ${values[i]}`).join(', ')
    return [{ kind: 'unequal-workers', message: `The workers differ in their ${trait}: ${list}. Each step takes as long as on the slowest, and results differ from those of equal workers in the last bits.`, facts: { trait, values } }]
  })
  const open = workers.filter((_, i) => isConfined[i] === false).map(({ host }) => host)
  if (open.length === 0) return unequal
  const message = `TensorFlow's port of ${open.join(', ')} is open to every network of the machine, because its system cannot confine it. TensorFlow asks nobody who he is: close the port in the firewall there.`
  return [...unequal, { kind: 'open-port', message, facts: { hosts: open } }]
}
