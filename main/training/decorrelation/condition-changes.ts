import type { LossTerm, Recommendation } from '../../contract/decorrelation-records.ts'
import { runConfig } from '../../contract/run-config.ts'
import { gradientShares } from './condition-facts.ts'
import type { ConditionFacts, JudgedTerm } from './condition-facts.ts'

export type Change = Recommendation['changes'][number]

/** A stream's batch at the most; what the schema allows. */
const MOST_BATCH = 65536

const conditions = runConfig.pick({ batchSize: true, optimizer: true, decorrelation: true })

/**
 * A change of the conditions, if it is one and the config is valid with it; null otherwise.
 *
 * @param path  Into the run's config, such as `decorrelation.unlabelledSets.0.fraction`.
 */
export function changeOf({ config }: Pick<ConditionFacts, 'config'>, path: string, to: number): Change | null {
  const { batchSize, optimizer, decorrelation } = config
  const after: unknown = structuredClone({ batchSize, optimizer, decorrelation })
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const place = keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), after)
  if (!isRecord(place)) return null
  const from = place[last]
  if (from === to || (typeof from !== 'number' && from !== null)) return null
  place[last] = to
  return conditions.safeParse(after).success ? { path, from, to } : null
}

/** The first of some changes that is one. */
export function firstOf(...candidates: readonly (Change | null)[]): Change[] {
  const found = candidates.find((change) => change !== null)
  return found === undefined ? [] : [found]
}

/** Multiplies a term's weight. */
export function weightChange(facts: ConditionFacts, term: LossTerm, factor: number): Change | null {
  const { decorrelation } = facts.config
  if (term !== 'auxiliary') {
    const key = `${term}Weight` as const
    return changeOf(facts, `decorrelation.${key}`, rounded(decorrelation[key] * factor))
  }
  const weights = decorrelation.auxiliary.map(({ weight }) => weight)
  const index = weights.indexOf(Math.max(...weights))
  return changeOf(facts, `decorrelation.auxiliary.${index}.weight`, rounded((weights[index] ?? 0) * factor))
}

/** Multiplies the learning rate; an Armijo search has none. */
export function rateChange(facts: ConditionFacts, factor: number): Change | null {
  const { optimizer } = facts.config
  return optimizer.kind === 'armijo' ? null : changeOf(facts, 'optimizer.learningRate', rounded(optimizer.learningRate * factor))
}

/** The batch of the stream that a term's batch is raised by: the first unlabelled one, or the run's own. */
export function batchOf({ config, labelledExamples, trainingExamples }: ConditionFacts, term: JudgedTerm): { readonly path: string; readonly size: number; readonly most: number } | null {
  if (term !== 'unlabelled') return { path: 'batchSize', size: config.batchSize, most: labelledExamples }
  const set = config.decorrelation.unlabelledSets[0]
  if (set === undefined) return null
  return { path: 'decorrelation.unlabelledSets.0.batchSize', size: set.batchSize, most: set.name === 'training' ? Math.min(MOST_BATCH, Math.round(set.fraction * trainingExamples)) : MOST_BATCH }
}

/** Sets the batch of a term to a size, if there are as many examples. */
export function batchChange(facts: ConditionFacts, term: JudgedTerm, size: number): Change | null {
  const batch = batchOf(facts, term)
  return batch === null || size > batch.most ? null : changeOf(facts, batch.path, size)
}

/** Twice the batch of a term. */
export function doubledBatch(facts: ConditionFacts, term: JudgedTerm): Change | null {
  const batch = batchOf(facts, term)
  return batch === null ? null : batchChange(facts, term, 2 * batch.size)
}

/** More of the data that a term is taken from, where only a part is in use; doubled, at most all. */
export function dataChange(facts: ConditionFacts, term: JudgedTerm): Change | null {
  const { labelFraction, labelledSets, unlabelledSets } = facts.config.decorrelation
  const ofSets = (name: string, sets: readonly { readonly fraction: number }[]): (Change | null)[] => sets.map(({ fraction }, i) => changeOf(facts, `decorrelation.${name}.${i}.fraction`, doubledFraction(fraction)))
  const candidates = term === 'unlabelled' ? ofSets('unlabelledSets', unlabelledSets) : [changeOf(facts, 'decorrelation.labelFraction', doubledFraction(labelFraction)), ...ofSets('labelledSets', labelledSets)]
  return firstOf(...candidates)[0] ?? null
}

/** The block before, for the first feature of a term that has one which is not compared yet. */
export function earlierTap(facts: ConditionFacts, term: 'unlabelled' | 'labelled'): Change | null {
  const kind = term === 'unlabelled' ? 'unlabelledTaps' : 'labelledTaps'
  const readings = tapsOf(facts, term)
  const blocks = readings.map(({ block }) => block)
  const index = facts.config.decorrelation[kind].findIndex(({ place }, i) => {
    const block = blocks[i]
    return place === 'block' && typeof block === 'number' && block > 1 && !blocks.includes(block - 1)
  })
  const block = blocks[index]
  return typeof block === 'number' ? changeOf(facts, `decorrelation.${kind}.${index}.block`, block - 1) : null
}

/** Readings of a term's features, in the order of the config, on the first stream that it is taken from; none where that is too small to be looked at. */
export function tapsOf({ taps, streams }: Pick<ConditionFacts, 'taps' | 'streams'>, term: 'unlabelled' | 'labelled'): ConditionFacts['taps'] {
  const stream = streams.findIndex(({ kind }) => kind === (term === 'unlabelled' ? 'unlabelled' : 'training'))
  return taps.filter((reading) => reading.stream === stream)
}

/** The term with the largest share of the gradient among some. */
export function largestOf(facts: ConditionFacts, isCandidate: (term: LossTerm) => boolean): LossTerm | null {
  const shares = Object.entries(gradientShares(facts)) as [LossTerm, number][] // its keys are terms
  return shares.filter(([term]) => isCandidate(term)).sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}

/** To two digits: a recommendation is no measurement. */
export function rounded(value: number): number {
  return Number(value.toPrecision(2))
}

/** To two digits, and not below. */
export function roundedUp(value: number): number {
  const near = rounded(value)
  return near >= value ? near : rounded(near + 10 ** (Math.floor(Math.log10(value)) - 1))
}

function doubledFraction(fraction: number): number {
  return Math.min(1, rounded(2 * fraction))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
