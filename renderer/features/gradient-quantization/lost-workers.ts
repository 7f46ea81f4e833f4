import type { LogEvent } from '../../../main/contract/records.ts'

/** A worker that went away while a run was training: it is waited for, is back, or is done without. */
export interface LostWorker {
  readonly worker: number
  readonly state: 'lost' | 'returned' | 'left-out'
  /** Where that was told. */
  readonly step: number
}

const states: Readonly<Record<string, LostWorker['state']>> = { 'worker.lost': 'lost', 'worker.returned': 'returned', 'worker.left-out': 'left-out' }

/** Reads which workers are gone, or came back, from a run's events: the newest news of each. */
export function lostWorkers(events: readonly LogEvent[]): readonly LostWorker[] {
  const found = new Map<number, LostWorker>()
  for (const { kind, facts } of events.toSorted((a, b) => a.id - b.id)) {
    const [worker, step] = [facts['worker'], facts['step']]
    if (typeof worker !== 'number') continue
    const state = states[kind]
    if (state !== undefined && (state === 'lost' || found.has(worker))) found.set(worker, { worker, state, step: typeof step === 'number' ? step : 0 })
  }
  return [...found.values()].toSorted((a, b) => a.worker - b.worker)
}
