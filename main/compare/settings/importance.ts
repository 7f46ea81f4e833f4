import type { FieldValue } from '../../contract/annotations.ts'
import { Random } from '../../training/random.ts'
import { growForest } from './forest.ts'
import type { Forest, ForestOptions } from './forest.ts'
import { levelsOf } from './levels.ts'
import type { Levels } from './levels.ts'
import { rankCorrelation } from './rank-correlation.ts'
import type { RankCorrelation } from './rank-correlation.ts'
import { repeatNoise } from './repeat-noise.ts'
import type { RepeatNoise } from './repeat-noise.ts'
import { association, settingGroups } from './setting-groups.ts'
import type { SettingGroup, VariedSetting } from './setting-groups.ts'
import { pairVariance, treeVariance } from './tree-variance.ts'
import type { TreeVariance } from './tree-variance.ts'

export interface ImportanceQuestion {
  /** All of the settings of the runs; those that do not vary are left out. */
  readonly settings: readonly VariedSetting[]
  /** The metric, a number a run: null and what is not finite leaves the run out. */
  readonly metric: readonly (number | null)[]
  /** Name of the setting that is chance itself: the seed. */
  readonly seedName: string
  readonly forest?: Partial<ForestOptions>
}

/** What is found of one setting, or of several that no run tells apart. */
export interface SettingImportance {
  readonly names: readonly string[]
  /** Share of the variance of the forest's predictions that it decides alone (fANOVA), mean over the trees. */
  readonly share: number
  /** Deviation of that share over the trees. */
  readonly shareDeviation: number
  /** Growth of the squared error on unseen runs when it is shuffled, as a share of the variance. */
  readonly permutation: number
  /** Of its numbers with the metric; null for texts, and where none can be given. */
  readonly rank: RankCorrelation | null
  /** Whether it is the seed: what it seems to decide is chance. */
  readonly isSeed: boolean
  /** Whether its permutation importance is above that of settings whose values were shuffled. */
  readonly isAboveNoise: boolean
  /** Mean prediction at each of its values, over all combinations of the other settings. */
  readonly course: readonly { readonly value: FieldValue; readonly mean: number; readonly runs: number }[]
}

export interface PairImportance {
  readonly names: readonly [string, string]
  readonly share: number
}

/** A reason to read the result with care. */
export type ImportanceWarning =
  | { readonly kind: 'few-runs'; readonly runs: number; readonly wanted: number; readonly settings: number }
  | { readonly kind: 'low-fit'; readonly outOfBagR2: number }
  | { readonly kind: 'left-out'; readonly runs: number }
  | { readonly kind: 'together'; readonly names: readonly string[] }
  | { readonly kind: 'alike'; readonly names: readonly [string, string]; readonly association: number }
  | { readonly kind: 'no-repeats' }
  | { readonly kind: 'mostly-noise'; readonly share: number }

export interface Importance {
  /** Runs with a value of the metric. */
  readonly runs: number
  /** Most important first. */
  readonly settings: readonly SettingImportance[]
  /** Pairs that decide most together, beyond what each decides alone. */
  readonly pairs: readonly PairImportance[]
  /** Share that no setting decides alone. */
  readonly together: number
  readonly outOfBagR2: number
  /** The greatest permutation importance among settings whose values were shuffled: what chance gives. */
  readonly noiseFloor: number
  readonly noise: RepeatNoise | null
  readonly warnings: readonly ImportanceWarning[]
}

/** Why there is no result. */
export type NoImportance = { readonly problem: 'too-few-runs'; readonly runs: number; readonly wanted: number } | { readonly problem: 'nothing-varies' } | { readonly problem: 'constant-metric'; readonly runs: number }

/** Below this nothing is computed. */
export const fewestRuns = 10
const runsPerSetting = 10
const closeAssociation = 0.9
const pairsOf = 6
const usual: ForestOptions = { trees: 100, minLeaf: 3, runsPerTree: 1000, seed: 1 }

/**
 * Finds which settings of finished runs go with a metric, and how much: rank correlations, and a random forest whose predictions are split into parts of
 * single settings (fANOVA) and tried with shuffled values.
 *
 * It describes these runs: a setting that was hardly varied looks unimportant, whatever it could do.
 *
 * Yields the share of the work that is done, so that whoever asks may rest in between, and returns the result.
 *
 * @see Hutter, Hoos and Leyton-Brown 2014 (fANOVA); Breiman 2001 (forests, permutation); Kursa and Rudnicki 2010, "Feature Selection with the Boruta
 *   Package", Journal of Statistical Software 36(11) (shuffled copies as the measure of chance).
 */
export function* importance({ settings, metric, seedName, forest = {} }: ImportanceQuestion): Generator<number, Importance | NoImportance> {
  const kept = [...metric.keys()].filter((run) => Number.isFinite(metric[run] ?? Number.NaN))
  const values = kept.map((run) => metric[run]!)
  const groups = settingGroups(settings.map(({ name, values: all }) => ({ name, values: kept.map((run) => all[run] ?? null) })))
  if (kept.length < fewestRuns) return { problem: 'too-few-runs', runs: kept.length, wanted: fewestRuns }
  if (groups.length === 0) return { problem: 'nothing-varies' }
  if (new Set(values).size < 2) return { problem: 'constant-metric', runs: kept.length }
  const options = { ...usual, ...forest }
  const levels = groups.map((group) => levelsOf(group.values))
  const target = centred(values)
  const grown = yield* partOf(growForest({ settings: levels, target }, options), 0, 0.4)
  const floor = yield* partOf(noiseFloor({ levels, target, options }), 0.4, 0.8)
  const variances: TreeVariance[] = []
  for (const tree of grown.trees) {
    variances.push(treeVariance(tree, levels))
    yield 0.8 + (0.1 * variances.length) / options.trees
  }
  const found = groups.map((group, place) => settingImportance({ group, place, levels: levels[place]!, values, variances, forest: grown, floor, isSeed: group.names.every((name) => name === seedName) }))
  const pairs = yield* partOf(topPairs({ found, groups, levels, variances }), 0.9, 1)
  const noise = repeatNoise(values, sameSettings(groups, seedName))
  const alike = yield* alikeSettings(groups)
  return {
    runs: kept.length,
    settings: found.toSorted((a, b) => b.share - a.share),
    pairs,
    together: Math.max(0, 1 - found.reduce((sum, { share }) => sum + share, 0)),
    outOfBagR2: grown.outOfBagR2,
    noiseFloor: floor,
    noise,
    warnings: warningsOf({ groups, kept: kept.length, all: metric.length, forest: grown, noise, alike }),
  }
}

/** How the work of a part goes on within the whole. */
function* partOf<T>(work: Generator<number, T>, from: number, to: number): Generator<number, T> {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    yield from + (to - from) * value
  }
}

function centred(values: readonly number[]): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Float64Array.from(values, (value) => value - mean)
}

/** The greatest importance among shuffled copies of the settings, in a forest that may choose them beside the settings themselves. */
function* noiseFloor({ levels, target, options }: { readonly levels: readonly Levels[]; readonly target: Float64Array; readonly options: ForestOptions }): Generator<number, number> {
  const random = Random.seeded(options.seed, 'noise')
  const copies = levels.map((setting): Levels => {
    const order = random.shuffle(Int32Array.from(setting.of.keys()))
    return { ...setting, of: Uint8Array.from(order, (run) => setting.of[run]!) }
  })
  const forest = yield* growForest({ settings: [...levels, ...copies], target }, { ...options, seed: options.seed + 1 })
  return Math.max(0, ...forest.permutation.slice(levels.length))
}

interface Finding {
  readonly group: SettingGroup
  readonly place: number
  readonly levels: Levels
  readonly values: readonly number[]
  readonly variances: readonly TreeVariance[]
  readonly forest: Forest
  readonly floor: number
  readonly isSeed: boolean
}

function settingImportance({ group, place, levels, values, variances, forest, floor, isSeed }: Finding): SettingImportance {
  const shares = variances.filter(({ total }) => total > 0).map(({ single, total }) => single[place]! / total)
  const share = meanOf(shares)
  const permutation = forest.permutation[place]!
  const middle = meanOf(values)
  return {
    names: group.names,
    share,
    shareDeviation: shares.length < 2 ? 0 : Math.sqrt(shares.reduce((sum, one) => sum + (one - share) ** 2, 0) / (shares.length - 1)),
    permutation,
    rank: rankOf(group.values, values),
    isSeed,
    isAboveNoise: !isSeed && permutation > floor,
    course: levels.values.map((value, level) => ({ value, mean: middle + meanOf(variances.map(({ marginals }) => marginals[place]![level]!)), runs: Math.round(levels.weights[level]! * values.length) })),
  }
}

function rankOf(setting: readonly FieldValue[], metric: readonly number[]): RankCorrelation | null {
  if (!setting.every((value) => value === null || typeof value === 'number')) return null
  const known = [...setting.keys()].filter((run) => setting[run] !== null)
  return rankCorrelation(known.map((run) => Number(setting[run])), known.map((run) => metric[run]!))
}

interface PairSearch {
  readonly found: readonly SettingImportance[]
  readonly groups: readonly SettingGroup[]
  readonly levels: readonly Levels[]
  readonly variances: readonly TreeVariance[]
}

/** Pairs among the settings that matter most. */
function* topPairs({ found, groups, levels, variances }: PairSearch): Generator<number, PairImportance[]> {
  const places = [...found.keys()].sort((a, b) => found[b]!.permutation - found[a]!.permutation).slice(0, pairsOf)
  const pairs = places.flatMap((first, index) => places.slice(index + 1).map((second): readonly [number, number] => [first, second]))
  const shares = pairs.map((): number[] => [])
  for (const [index, of] of variances.entries()) {
    if (of.total > 0) for (const [place, pair] of pairs.entries()) shares[place]!.push(pairVariance(of, levels, pair) / of.total)
    yield (index + 1) / variances.length
  }
  const named = pairs.map(([first, second], place): PairImportance => ({ names: [groups[first]!.names[0]!, groups[second]!.names[0]!], share: meanOf(shares[place]!) }))
  return named.filter(({ share }) => share >= 0.01).toSorted((a, b) => b.share - a.share).slice(0, 3)
}

/** Runs that differ in nothing but the seed have the same. */
function sameSettings(groups: readonly SettingGroup[], seedName: string): string[] {
  const others = groups.filter(({ names }) => names.some((name) => name !== seedName))
  return Array.from(groups[0]?.values ?? [], (_, run) => JSON.stringify(others.map(({ values }) => values[run] ?? null)))
}

interface Judged {
  readonly groups: readonly SettingGroup[]
  readonly kept: number
  readonly all: number
  readonly forest: Forest
  readonly noise: RepeatNoise | null
  readonly alike: readonly ImportanceWarning[]
}

/** Pairs of settings that hardly a run tells apart. */
function* alikeSettings(groups: readonly SettingGroup[]): Generator<number, ImportanceWarning[]> {
  const warnings: ImportanceWarning[] = []
  for (const [index, first] of groups.entries()) {
    for (const second of groups.slice(index + 1)) {
      const close = association(first.values, second.values)
      if (close >= closeAssociation) warnings.push({ kind: 'alike', names: [first.names[0]!, second.names[0]!], association: close })
      yield 1
    }
  }
  return warnings
}

function warningsOf({ groups, kept, all, forest, noise, alike }: Judged): ImportanceWarning[] {
  const warnings: ImportanceWarning[] = []
  const wanted = runsPerSetting * groups.length
  if (kept < wanted) warnings.push({ kind: 'few-runs', runs: kept, wanted, settings: groups.length })
  if (forest.outOfBagR2 < 0.3) warnings.push({ kind: 'low-fit', outOfBagR2: forest.outOfBagR2 })
  if (noise === null) warnings.push({ kind: 'no-repeats' })
  else if (noise.share > 0.5) warnings.push({ kind: 'mostly-noise', share: Math.min(1, noise.share) })
  for (const { names } of groups) if (names.length > 1) warnings.push({ kind: 'together', names })
  warnings.push(...alike)
  if (kept < all) warnings.push({ kind: 'left-out', runs: all - kept })
  return warnings
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
