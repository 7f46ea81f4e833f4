import { chosenColumns, isDiffering, valueAt } from '../../../../main/compare/settings/setting-columns.ts'
import type { FieldValue } from '../../../../main/contract/annotations.ts'
import type { ComparedSettings, SettingColumn } from '../../../../main/contract/compare-settings.ts'
import { sectionOf, settingLabel, settingSections, settingTitle, settingValueText, withinSentence } from './setting-words.ts'
import type { SettingSection, SettingWords } from './setting-words.ts'

/** A line of the table: a setting and what each column has there. */
export interface DifferenceRow {
  readonly path: string
  readonly section: SettingSection
  readonly label: string
  readonly isDiffering: boolean
  /** By column. */
  readonly cells: readonly string[]
}

/** A column of the table: a run, or runs of the same settings. */
export interface DifferenceColumn {
  readonly id: string
  readonly title: string
  /** Places of its runs. */
  readonly runs: readonly number[]
}

export const seedPath = 'seed'

/** A run by the shortest name that it has. */
export function runTitle({ key, name, id }: Pick<ComparedSettings['runs'][number], 'key' | 'name' | 'id'>): string {
  return key || name || id
}

/** One column a run, or one for all runs that differ in nothing but their seed. */
export function differenceColumns(compared: ComparedSettings, by: 'run' | 'group'): DifferenceColumn[] {
  if (by === 'run') return compared.runs.map((run, index) => ({ id: run.id, title: runTitle(run), runs: [index] }))
  return seedGroups(compared).map((runs) => ({ id: compared.runs[runs[0]!]!.id, title: runTitle(compared.runs[runs[0]!]!), runs }))
}

/** Places of runs that differ in nothing but their seed, in the order of the runs. */
export function seedGroups({ runs, settings }: Pick<ComparedSettings, 'runs' | 'settings'>): number[][] {
  const varied = settings.filter((column) => column.path !== seedPath && isDiffering(column))
  const groups = new Map<string, number[]>()
  for (const index of runs.keys()) {
    const key = varied.map(({ of }) => of[index]).join()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [index])
    else group.push(index)
  }
  return [...groups.values()]
}

/** The lines of the table, section by section. */
export function differenceRows(options: { readonly compared: ComparedSettings; readonly columns: readonly DifferenceColumn[]; readonly words: SettingWords; readonly isAll: boolean }): DifferenceRow[] {
  const { compared, columns, words, isAll } = options
  const settings = compared.settings.map((column) => ({ column, section: sectionOf(column.path) }))
  const others = [...compared.environment.map((column) => ({ column, section: 'environment' as const })), ...compared.data.map((column) => ({ column, section: 'data' as const }))]
  return [...settings, ...others]
    .filter(({ column }) => isAll || isDiffering(column))
    .toSorted((a, b) => settingSections.indexOf(a.section) - settingSections.indexOf(b.section))
    .map(({ column, section }) => ({
      path: column.path,
      section,
      label: rowLabel(section, column.path, words),
      isDiffering: isDiffering(column),
      cells: columns.map(({ runs }) => cellOf({ column, section, runs, words })),
    }))
}

function rowLabel(section: SettingSection, path: string, words: SettingWords): string {
  if (section === 'environment') return words.t(`runs.environmentField.${path}`)
  return section === 'data' ? words.t('compareSettings.dataHash') : settingLabel(path, words)
}

/** The value of a run, or the values of a group's runs, the commonest kinds of each shown first as they come. */
function cellOf({ column, section, runs, words }: { readonly column: SettingColumn; readonly section: SettingSection; readonly runs: readonly number[]; readonly words: SettingWords }): string {
  const texts = new Set(runs.map((run) => valueText(section, column.path, valueAt(column, run), words)))
  const [first = '–', ...more] = texts
  if (more.length < 4) return [first, ...more].join('; ')
  return words.t('compareSettings.manyValues', { first, last: [...texts].at(-1), count: texts.size })
}

function valueText(section: SettingSection, path: string, value: FieldValue | undefined, words: SettingWords): string {
  if (section === 'environment') return value === undefined || value === null ? '–' : typeof value === 'boolean' ? words.t(value ? 'runs.yes' : 'runs.no') : String(value)
  if (section === 'data') return typeof value === 'string' ? value.slice(0, 12) : '–'
  return settingValueText(path, value, words)
}

/** Names of what differs, for a sentence: settings that were chosen first, the seed last of them, then environment and data. */
export function differingNames(compared: ComparedSettings, words: SettingWords): string[] {
  const settings = chosenColumns(compared.settings).toSorted((a, b) => Number(a.path === seedPath) - Number(b.path === seedPath))
  const environment = compared.environment.filter(isDiffering).map(({ path }) => words.t(`runs.environmentField.${path}`))
  const data = compared.data.some(isDiffering) ? [words.t('compareSettings.section.data')] : []
  return [...settings.map(({ path }) => withinSentence(settingTitle(path, words))), ...environment, ...data.map(withinSentence)]
}

/** The table as text, with tabs between its columns: it goes into a spreadsheet as it is. */
export function differenceText(rows: readonly DifferenceRow[], columns: readonly DifferenceColumn[], head: string): string {
  return [[head, ...columns.map(({ title }) => title)], ...rows.map(({ label, cells }) => [label, ...cells])].map((line) => line.join('\t')).join('\n')
}
