import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { ChannelStream, CompletionReading, LossTerm, Recommendation, TapReading, TermReading } from '../../contract/decorrelation-records.ts'
import type { RunConfig } from '../../contract/run-config.ts'

/** What recommendations are made from. */
export interface ConditionFacts {
  readonly config: Pick<RunConfig, 'batchSize' | 'optimizer'> & { readonly decorrelation: DecorrelationConfig }
  readonly step: number
  readonly lastStep: number
  readonly history: readonly { readonly step: number; readonly losses: Readonly<Partial<Record<LossTerm, number>>> }[]
  readonly terms: readonly TermReading[]
  readonly taps: readonly TapReading[]
  readonly streams: readonly ChannelStream[]
  readonly labelledExamples: number
  readonly trainingExamples: number
  readonly classes: number
  readonly train: { readonly loss: number; readonly accuracy: number }
  readonly validation: { readonly loss: number; readonly accuracy: number } | null
}

export function judgeLosses(_facts: ConditionFacts): CompletionReading[] {
  return []
}

export function recommendChanges(_facts: ConditionFacts, _completion: readonly CompletionReading[]): Recommendation[] {
  return []
}
