import { chosenColumns } from '../../../../main/compare/settings/setting-columns.ts'
import type { ComparedSettings } from '../../../../main/contract/compare-settings.ts'
import { fieldCalled, searchedMetrics, statisticOf } from '../../../../main/contract/filter/fields.ts'
import type { Field } from '../../../../main/contract/filter/fields.ts'
import { isMetricKey } from '../../../../main/contract/metrics.ts'
import { columnLabel } from '../../runs/columns.ts'
import type { ColumnNames } from '../../runs/columns.ts'
import { settingTitle } from './setting-words.ts'
import type { SettingWords } from './setting-words.ts'

/** A field that a chart of these runs may show. */
export interface FieldChoice {
  /** As `main/contract/filter/fields.ts` calls it. */
  readonly name: string
  readonly label: string
  readonly group: 'settings' | 'results' | 'run'
  /** Amounts have an axis; names have places and colours. */
  readonly isNumber: boolean
}

const ofRun = ['steps', 'examples', 'duration', 'evaluations', 'created', 'study', 'method', 'status'] as const

/** Settings that these runs differ in, metrics that they have logged, and what every run has. */
export function fieldChoices(compared: ComparedSettings, options: { readonly words: SettingWords; readonly names: ColumnNames }): FieldChoice[] {
  const { words, names } = options
  const settings = chosenColumns(compared.settings).flatMap(({ path, values }) => {
    const field = fieldCalled(path)
    if (field?.source.from !== 'config' && field?.source.from !== 'param') return []
    return [{ name: field.name, label: settingTitle(path, words), group: 'settings' as const, isNumber: isAmount(field) || (field.type === 'mixed' && values.every((value) => typeof value === 'number')) }]
  })
  const logged = new Set(compared.metrics.map(({ key }) => key))
  const own = [...logged].filter((key) => !isMetricKey(key)) // those of imported runs
  const results = [...searchedMetrics.filter((key) => logged.has(key)), ...own]
    .flatMap((key) => (['last', 'min', 'max'] as const).flatMap((statistic) => statisticOf(statistic, key) ?? []))
    .map(({ name }) => ({ name, label: columnLabel(name, names), group: 'results' as const, isNumber: true }))
  const run = ofRun.map((name) => ({ name, label: columnLabel(name, names), group: 'run' as const, isNumber: isAmount(fieldCalled(name)) }))
  return [...settings, ...results, ...run]
}

function isAmount(field: Field | undefined): boolean {
  return field?.type === 'number' || field?.type === 'duration' || field?.type === 'instant'
}

/** The settings that are looked at first: those that are varied most often before the others, and no seed. */
export function firstSettings(choices: readonly FieldChoice[]): FieldChoice[] {
  const usual = ['batchSize', 'optimizer.learningRate', 'optimizer.kind', 'model.kind', 'dataset.name']
  const place = ({ name }: FieldChoice) => (usual.includes(name) ? usual.indexOf(name) : usual.length)
  return choices.filter(({ group, name }) => group === 'settings' && name !== 'seed').toSorted((a, b) => place(a) - place(b))
}

/** The metric that is looked at first: an accuracy before a loss, validation before test before training, its last value. */
export function firstResult(choices: readonly FieldChoice[]): FieldChoice | undefined {
  const results = choices.filter(({ group }) => group === 'results')
  const wanted = ['validation/accuracy', 'test/accuracy', 'whole/validation-accuracy', 'train/accuracy', 'validation/loss', 'test/loss', 'train/loss']
  return wanted.map((name) => results.find((choice) => choice.name === name)).find((choice) => choice !== undefined) ?? results[0]
}

/** Whether more of a field is better: accuracies. Of anything else less is, losses and costs alike. */
export function isMoreBetter(name: string): boolean {
  return /accuracy/.test(name)
}
