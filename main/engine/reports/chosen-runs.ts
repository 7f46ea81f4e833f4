import type { RunRow } from '../../contract/annotations.ts'
import type { PinnedRun, RunChoice } from '../../contract/composed-report.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { ImportedRun } from '../../contract/run-import.ts'
import type { LogReader } from '../../log/log.ts'
import { environmentInWords } from '../../report/reported-study.ts'

/** Runs that a search gives at most. */
const MOST_FOUND = 10_000

export interface Choosing {
  readonly reader: LogReader
  readonly choice: RunChoice
  readonly sort?: readonly { readonly field: string; readonly isDescending: boolean }[]
  /** Fields whose values are wanted. */
  readonly columns?: readonly string[]
}

/** The runs of a choice with the values of some fields. Those that are named by id are found though they are archived. */
export function chosenRows({ reader, choice, sort = [], columns = [] }: Choosing): readonly RunRow[] {
  const isNamed = choice.runIds !== null
  const filter = isNamed ? [...(choice.filter.trim() === '' ? [] : [`(${choice.filter})`]), 'archived in (yes, no)'].join(' and ') : choice.filter
  const { rows } = reader.search({ filter, sort, groupBy: null, columns, limit: MOST_FOUND, offset: 0 })
  if (!isNamed) return rows
  const wanted = new Set(choice.runIds)
  return rows.filter(({ id }) => wanted.has(id))
}

/** @throws LoupeError `invalid-input` where no run fits, or more than may. */
export function refuseCount(rows: readonly RunRow[], most: number): void {
  if (rows.length === 0) throw new LoupeError('invalid-input', 'No run fits, so there is nothing to pin. Choose another filter.', {})
  if (rows.length > most) throw new LoupeError('invalid-input', `${rows.length} runs fit, and at most ${most} are shown together here. Choose fewer with the filter.`, { runs: rows.length, most })
}

/** What a report tells of a run, whichever tool logged it. */
export function reportedRun(reader: LogReader, { id, importedFrom }: Pick<RunRow, 'id' | 'importedFrom'>): PinnedRun {
  return importedFrom === undefined ? pinnedRun(reader, reader.run(id)) : pinnedImport(reader.importedRun(id))
}

/** One of another tool: what made it is known to that tool alone. */
function pinnedImport({ id, name, status, steps, wallMs, source }: ImportedRun): PinnedRun {
  return { id, key: name, status, seed: null, steps, examples: 0, seconds: wallMs / 1000, configHash: null, studyId: null, madeWith: `imported from ${source.tool}: ${source.path}`, dataHash: null }
}

/** A run with what made it, as it is now. */
export function pinnedRun(reader: LogReader, run: RunRecord): PinnedRun {
  const { id, key, name, status, config, steps, examples, wallMs, configHash, censored, studyId, environment } = run
  return {
    id,
    key: key || name,
    status: censored === true ? `${status}, target not reached` : status,
    seed: config.seed,
    steps,
    examples,
    seconds: wallMs / 1000,
    configHash,
    studyId,
    madeWith: environment === null ? null : environmentInWords(environment),
    dataHash: dataFacts(reader, run).hash,
  }
}

/** What the log says of the data that a run was trained on, as they were read last. */
export function dataFacts(reader: LogReader, { id, studyId, config }: Pick<RunRecord, 'id' | 'studyId' | 'config'>): { readonly hash: string | null; readonly trainExamples: number | null } {
  const read = studyId === null ? reader.events({ limit: 500, offset: 0, studyId: null, runId: id }).find(({ kind }) => kind === 'dataset.read') : reader.studyEvents(studyId, 'dataset.read').at(-1)
  const { hash, trainExamples } = read?.facts ?? {}
  return { hash: typeof hash === 'string' ? hash : null, trainExamples: typeof trainExamples === 'number' ? trainExamples : config.dataset.trainExamples }
}
