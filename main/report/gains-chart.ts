import type { Block } from '../contract/report-document.ts'
import type { Spread } from '../contract/spread.ts'
import { chartBlock, named, numbers, series } from './blocks.ts'

/**
 * Differences to a baseline, one a row, with their intervals and a line at no difference: what lies all on one side of it is told from chance.
 * In percentage points. Rows without a difference are left out.
 */
export function gainsChart(options: { readonly title: string; readonly label: string; readonly rows: readonly { readonly name: string; readonly gain: Spread | null }[]; readonly tolerance?: number; readonly caption: string }): readonly Block[] {
  const rows = options.rows.flatMap(({ name, gain }) => (gain === null ? [] : [{ name, gain }]))
  const points = (share: number | null) => (share === null ? null : share * 100)
  return chartBlock(options.caption, {
    title: options.title,
    x: numbers(options.label),
    y: named('', rows.map(({ name }) => name)),
    series: [series({ name: options.title, x: rows.map(({ gain }) => gain.mean * 100), y: rows.map((_, index) => index), low: rows.map(({ gain }) => points(gain.low)), high: rows.map(({ gain }) => points(gain.high)), interval: 'x' })],
    marks: [{ axis: 'x', value: 0, label: '' }, ...(options.tolerance === undefined || options.tolerance === 0 ? [] : [{ axis: 'x' as const, value: -options.tolerance * 100, label: 'tolerated' }])],
  })
}
