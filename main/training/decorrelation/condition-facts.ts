import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { ChannelStream, CompletionReading, LossTerm, Recommendation, TapReading, TermReading } from '../../contract/decorrelation-records.ts'
import type { RunConfig } from '../../contract/run-config.ts'

/** What recommendations are made from: a run's conditions, and its course so far. */
export interface ConditionFacts {
  readonly config: Pick<RunConfig, 'batchSize' | 'optimizer' | 'decorrelation'> & { readonly decorrelation: DecorrelationConfig }
  readonly step: number
  readonly lastStep: number
  /** Oldest first. */
  readonly history: readonly HistoryPoint[]
  /** Now, as the taps and streams are. */
  readonly terms: readonly TermReading[]
  readonly taps: readonly TapReading[]
  readonly streams: readonly ChannelStream[]
  readonly labelledExamples: number
  readonly trainingExamples: number
  readonly classes: number
  readonly train: { readonly loss: number; readonly accuracy: number }
  readonly validation: { readonly loss: number; readonly accuracy: number } | null
}

export interface HistoryPoint {
  readonly step: number
  /** Means over the steps since the evaluation before, before weights. */
  readonly losses: Readonly<Partial<Record<LossTerm, number>>>
  /** The losses that were evaluated at the step; without them, overfitting is not looked for. */
  readonly evaluated?: { readonly train: number; readonly validation: number } | null
}

/** The terms that may have a completion threshold, with the names of theirs. */
export const THRESHOLDS = { task: 'taskThreshold', unlabelled: 'unlabelledThreshold', labelled: 'labelledThreshold' } as const satisfies Partial<Record<LossTerm, keyof DecorrelationConfig>>
export type JudgedTerm = keyof typeof THRESHOLDS

/** A reason to change something, where it applies. */
export type ConditionRule = (facts: ConditionFacts, completion: readonly CompletionReading[]) => readonly Recommendation[]

/** The terms that decorrelate channels. */
export const DECORRELATING = ['unlabelled', 'labelled'] as const satisfies readonly JudgedTerm[]

/** Share of each term in the sum of the norms of the weighted gradients; none where they are not known. */
export function gradientShares({ terms }: Pick<ConditionFacts, 'terms'>): Readonly<Partial<Record<LossTerm, number>>> {
  const total = terms.reduce((sum, { gradientNorm }) => sum + (gradientNorm ?? 0), 0)
  if (!(total > 0)) return {}
  return Object.fromEntries(terms.flatMap(({ term, gradientNorm }) => (gradientNorm === null ? [] : [[term, gradientNorm / total]])))
}

/** Differences of the accuracies that count as large, at the least. */
const LARGE_GAP = 0.05

/**
 * How much better training examples are told than validation examples; null where it is not known, or no task is learnt.
 *
 * It is large from 0.05 on, and from two standard errors of a share of as many validation examples as were looked at.
 */
export function accuracyGap({ config, train, validation, streams }: ConditionFacts): { readonly gap: number; readonly isLarge: boolean } | null {
  if (validation === null || config.decorrelation.taskWeight === 0) return null
  const gap = train.accuracy - validation.accuracy
  if (!Number.isFinite(gap)) return null
  const examples = streams.find(({ kind }) => kind === 'validation')?.examples ?? config.decorrelation.probeExamples
  const standardError = Math.sqrt((validation.accuracy * (1 - validation.accuracy)) / examples)
  return { gap, isLarge: gap > Math.max(LARGE_GAP, 2 * standardError) }
}

/** Numbers as a record may hold them: those that are finite. */
export function known(numbers: Readonly<Record<string, number | null | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).filter((entry): entry is [string, number] => Number.isFinite(entry[1])))
}
