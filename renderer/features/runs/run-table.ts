import type { RunRecord, Status } from '../../../main/contract/records.ts'

export interface RunFilter {
  readonly text: string
  readonly status: Status | null
  readonly studyId: string | null
}
const readings = {
  run: (run: RunRecord) => run.key,
  status: (run: RunRecord) => run.status,
  model: (run: RunRecord) => run.config.model.kind,
  optimizer: (run: RunRecord) => run.config.optimizer.kind,
  batchSize: (run: RunRecord) => run.config.batchSize,
  seed: (run: RunRecord) => run.config.seed,
  steps: (run: RunRecord) => run.steps,
  examples: (run: RunRecord) => run.examples,
  wall: (run: RunRecord) => run.wallMs,
  created: (run: RunRecord) => run.createdAt,
} as const satisfies Record<string, (run: RunRecord) => string | number>
export type RunColumn = keyof typeof readings
export interface RunSort {
  readonly column: RunColumn
  readonly isDescending: boolean
}
export const runColumns = Object.keys(readings) as readonly RunColumn[]

/** Every word of the text must occur somewhere in the run's name, key, id, model, optimizer or data. */
export function filterRuns(runs: readonly RunRecord[], filter: RunFilter): RunRecord[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    if (filter.status !== null && run.status !== filter.status) return false
    if (filter.studyId !== null && run.studyId !== filter.studyId) return false
    const hay = `${run.name} ${run.key} ${run.id} ${run.config.model.kind} ${run.config.optimizer.kind} ${run.config.dataset.name}`.toLowerCase()
    return words.every((word) => hay.includes(word))
  })
}

/** Sorted by a column; equal rows keep their order. Texts sort with their numbers in order: b=8 before b=16. */
export function sortRuns(runs: readonly RunRecord[], sort: RunSort): RunRecord[] {
  const read = readings[sort.column]
  const sign = sort.isDescending ? -1 : 1
  return [...runs].sort((a, b) => {
    const [left, right] = [read(a), read(b)]
    return sign * (typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right), 'en', { numeric: true }))
  })
}
