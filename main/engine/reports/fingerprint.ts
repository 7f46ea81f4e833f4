import type { PinSource } from '../../contract/composed-report.ts'
import { LoupeError } from '../../contract/errors.ts'
import { contentHash } from '../../log/canonical-json.ts'
import type { LogReader } from '../../log/log.ts'
import { chosenRows } from './chosen-runs.ts'

/** What changes whenever a run that is shown goes on, ends, or is called otherwise. */
const followed = ['status', 'steps', 'examples', 'finished', 'note'] as const

/**
 * Says, by comparing two of them, whether the log has other data for a source: other runs, or runs that went on. Reads no curves.
 *
 * @returns null where a study, or every run that was chosen by id, is gone or in the trash.
 */
export function fingerprintOf(reader: LogReader, source: PinSource): string | null {
  if (source.kind === 'study' || source.kind === 'study-part') return studyFingerprint(reader, source.studyId)
  const rows = chosenRows({ reader, choice: source.choice, columns: followed })
  if (rows.length === 0 && source.choice.runIds !== null) return null
  return contentHash(rows.map(({ id, name, tags, isStarred, values }) => [id, name, tags, isStarred, ...values]).sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1)))
}

function studyFingerprint(reader: LogReader, studyId: string): string | null {
  try {
    const { name, status } = reader.study(studyId)
    if (reader.annotation('study', studyId).trashedAt !== null) return null
    return contentHash([name, status, ...reader.runsOf(studyId).map((run) => [run.id, run.status, run.steps, run.finishedAt])])
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'not-found') return null
    throw error
  }
}

export type Freshness = 'same' | 'newer' | 'gone'

/** How what is pinned stands against the log now. A filter that does not read any more finds nothing. */
export function freshnessOf(reader: LogReader, { source, fingerprint }: { readonly source: PinSource; readonly fingerprint: string }): Freshness {
  try {
    const now = fingerprintOf(reader, source)
    return now === null ? 'gone' : now === fingerprint ? 'same' : 'newer'
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'invalid-input') return 'gone'
    throw error
  }
}
