import type { ListedRun, ReportTable } from '../contract/report-document.ts'
import { tableOf } from './blocks.ts'
import { count } from './numbers.ts'

/** A list of runs as a table; of a hash as much as tells them apart. */
export function runsTable(runs: readonly ListedRun[]): ReportTable {
  return tableOf(
    ['<Run', '<What for', '<Ended', 'Seed', 'Steps', 'Examples', 'Seconds', '<Config hash'],
    runs.map((run) => [run.id, run.key, run.status, String(run.seed ?? '–'), count(run.steps), count(run.examples), run.seconds.toFixed(1), run.configHash?.slice(0, 12) ?? '–']),
  )
}
