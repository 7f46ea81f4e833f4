import { createHash } from 'node:crypto'
import type { ImportTool, Omission, RunParams, RunSource } from '../contract/run-import.ts'
import type { Status } from '../contract/records.ts'
import { canonicalJson } from '../log/canonical-json.ts'
import type { MetricPoints } from '../log/block-codec.ts'

/** What a run of another tool says, whole and in order, ready for the log. */
export interface ForeignRun {
  readonly name: string
  readonly source: RunSource
  readonly status: Status
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Free text of the user's; empty for none. */
  readonly note: string
  readonly params: RunParams
  readonly labels: Readonly<Record<string, string>>
  readonly metrics: ReadonlyMap<string, MetricPoints>
  readonly renamed: Readonly<Record<string, string>>
  readonly steps: number
  readonly wallMs: number
  /** All metrics together. */
  readonly values: number
  readonly omissions: readonly Omission[]
  /** SHA-256 of all that is above but the omissions: equal for equal runs. */
  readonly content: string
}

/** A run that a source has, before it is read. */
export interface FoundRun {
  /** What tells it apart at the source. */
  readonly sourceId: string
  readonly name: string
  /** Bytes to read, or a stand-in for them that grows with the work. */
  readonly bytes: number
  /** Ms since 1970; null where it is not known before reading. */
  readonly startedAt: number | null
}

export interface ReadOptions {
  readonly signal?: AbortSignal
  /** Bytes read since the last call. */
  readonly onBytes?: (bytes: number) => void
}

/** A file or folder with runs of one tool. */
export interface RunsSource {
  readonly tool: ImportTool
  readonly path: string
  /** By their start. */
  readonly runs: readonly FoundRun[]
  /** Of the whole. */
  readonly omissions: readonly Omission[]
  /** Null for a run that has neither a metric nor a parameter. */
  read(run: FoundRun, options: ReadOptions): Promise<ForeignRun | null>
  close(): void
}

/** A parameter that is written as a number becomes one, unless that would lose something: `007` stays what it is. @example numberIn('1e-3')  // 0.001 */
export function numberIn(text: string): number | string {
  const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text)
  const number = Number(text)
  return isNumber && Number.isFinite(number) && (Number.isSafeInteger(number) || !/^-?\d+$/.test(text)) ? number : text
}

/** SHA-256 of all that a run says, wherever it lies. */
export function contentOf({ metrics, ...rest }: Omit<ForeignRun, 'steps' | 'wallMs' | 'values' | 'omissions' | 'content'>): string {
  const source = { ...rest.source, path: '' } // the same run in another place is the same
  const hash = createHash('sha256').update(canonicalJson({ ...rest, source, metrics: [...metrics.keys()] }))
  for (const { steps, wallMs, values } of metrics.values()) for (const column of [steps, wallMs, values]) hash.update(column)
  return hash.digest('hex')
}
