import type { Importance, ImportanceWarning, NoImportance, SettingImportance } from '../../../../main/compare/settings/importance.ts'
import type { FieldValue } from '../../../../main/contract/annotations.ts'
import type { Formats } from '../../../format.ts'
import { withinSentence } from './setting-words.ts'

export interface ImportanceWords {
  readonly t: (key: string, values?: Record<string, unknown>) => string
  readonly formats: Formats
  readonly titleOf: (path: string) => string
  readonly valueText: (path: string, value: FieldValue) => string
  readonly metric: string
  readonly metricText: (value: number) => string
}

/** What settings that no run tells apart are called together. */
export function namesText(names: readonly string[], { t, titleOf }: Pick<ImportanceWords, 't' | 'titleOf'>): string {
  return names.map(titleOf).join(t('compareSettings.importance.with'))
}

/** What a setting does, in a sentence. */
export function settingSentence(found: SettingImportance, words: ImportanceWords): string {
  const { t, formats } = words
  const metric = withinSentence(words.metric)
  const name = namesText(found.names, words)
  const share = shareText(Math.max(0, found.share), formats)
  if (found.isSeed) return t('compareSettings.importance.says.seed', { name, share, metric })
  const decided = t('compareSettings.importance.says.decides', { name, share, metric })
  return [decided, directionSentence(found, words), ...(found.isAboveNoise ? [] : [t('compareSettings.importance.says.chance')])].filter((part) => part !== '').join(' ')
}

/** Which way it goes; an empty text where that cannot be said. */
function directionSentence({ rank, course, names }: SettingImportance, { t, metric: label, metricText, valueText }: ImportanceWords): string {
  const metric = withinSentence(label)
  const path = names[0] ?? ''
  if (rank === null) {
    const sorted = course.toSorted((a, b) => a.mean - b.mean)
    const [lowest, highest] = [sorted[0], sorted.at(-1)]
    if (lowest === undefined || highest === undefined || course.length < 2) return ''
    return t('compareSettings.importance.says.values', { metric, high: valueText(path, highest.value), highMean: metricText(highest.mean), low: valueText(path, lowest.value), lowMean: metricText(lowest.mean) })
  }
  const interval = intervalText(rank, { t })
  const values = { metric, rho: interval === '' ? signed(rank.rho) : `${signed(rank.rho)}, ${interval}` }
  if (rank.low !== null && rank.high !== null && rank.low <= 0 && rank.high >= 0) return t('compareSettings.importance.says.neither', values)
  return t(`compareSettings.importance.says.${rank.rho > 0 ? 'rises' : 'falls'}`, values)
}

export function intervalText({ low, high }: NonNullable<SettingImportance['rank']>, { t }: Pick<ImportanceWords, 't'>): string {
  return low === null || high === null ? '' : t('compareSettings.importance.interval', { low: signed(low), high: signed(high) })
}

/** A share as a percentage; a small one is not called nothing. */
export function shareText(share: number, formats: Formats): string {
  return share > 0 && share < 0.01 ? `<${formats.percent(0.01)}` : formats.percent(share)
}

/** A correlation with its sign and two digits. */
export function signed(value: number): string {
  const rounded = Number(value.toFixed(2)) + 0 // no −0
  return `${rounded < 0 ? '−' : rounded > 0 ? '+' : ''}${Math.abs(rounded).toFixed(2)}`
}

/** What was found, in a few sentences. */
export function importanceSummary(found: Importance, words: ImportanceWords): string[] {
  const { t, formats } = words
  const metric = withinSentence(words.metric)
  const told = found.settings.filter(({ isAboveNoise, share }) => isAboveNoise && share >= 0.01).slice(0, 3)
  const list = told.map((setting) => t('compareSettings.importance.share', { name: namesText(setting.names, { t, titleOf: (path) => withinSentence(words.titleOf(path)) }), share: formats.percent(setting.share) })).join(t('compareSettings.comma'))
  const noise = found.noise
  return [
    told.length === 0 ? t('compareSettings.importance.says.none', { runs: found.runs, metric }) : t('compareSettings.importance.says.most', { runs: found.runs, metric, list }),
    ...(found.together >= 0.05 ? [t('compareSettings.importance.says.together', { share: formats.percent(found.together), pairs: pairsText(found, words) })] : []),
    ...(noise === null ? [] : [t('compareSettings.importance.says.noise', { deviation: formats.significant(noise.deviation, 2), share: shareText(Math.min(1, noise.share), formats) })]),
    t('compareSettings.importance.says.fit', { share: formats.percent(Math.max(0, found.outOfBagR2)) }),
  ]
}

function pairsText({ pairs }: Importance, { t, formats, titleOf }: ImportanceWords): string {
  if (pairs.length === 0) return ''
  const list = pairs.map(({ names, share }) => t('compareSettings.importance.pair', { first: withinSentence(titleOf(names[0])), second: withinSentence(titleOf(names[1])), share: formats.percent(share) }))
  return t('compareSettings.importance.pairs', { list: list.join(t('compareSettings.comma')) })
}

/** Why to read the result with care. */
export function warningText(warning: ImportanceWarning, words: ImportanceWords): string {
  const { t, formats, titleOf } = words
  const metric = withinSentence(words.metric)
  switch (warning.kind) {
    case 'few-runs':
      return t('compareSettings.importance.warning.fewRuns', { runs: warning.runs, wanted: warning.wanted, settings: warning.settings })
    case 'low-fit':
      return t('compareSettings.importance.warning.lowFit', { share: formats.percent(Math.max(0, warning.outOfBagR2)) })
    case 'left-out':
      return t('compareSettings.importance.warning.leftOut', { count: warning.runs, metric })
    case 'together':
      return t('compareSettings.importance.warning.together', { names: warning.names.map(titleOf).join(t('compareSettings.comma')) })
    case 'alike':
      return t('compareSettings.importance.warning.alike', { first: titleOf(warning.names[0]), second: titleOf(warning.names[1]), association: formats.significant(warning.association, 2) })
    case 'no-repeats':
      return t('compareSettings.importance.warning.noRepeats')
    case 'mostly-noise':
      return t('compareSettings.importance.warning.mostlyNoise', { share: formats.percent(warning.share) })
  }
}

/** Why there is no result. */
export function problemText(problem: NoImportance, { t, metric }: Pick<ImportanceWords, 't' | 'metric'>): string {
  switch (problem.problem) {
    case 'too-few-runs':
      return t('compareSettings.importance.problem.tooFew', { runs: problem.runs, wanted: problem.wanted, metric })
    case 'nothing-varies':
      return t('compareSettings.importance.problem.nothingVaries')
    case 'constant-metric':
      return t('compareSettings.importance.problem.constant', { runs: problem.runs, metric })
  }
}
