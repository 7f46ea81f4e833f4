import type { Block, Chart, ChartAxis, ChartSeries, Inline, ReportTable, Sentence } from '../contract/report-document.ts'

type Role = Extract<Block, { kind: 'paragraph' }>['role']

export const text = (words: string): Inline => ({ kind: 'text', text: words })
export const code = (words: string): Inline => ({ kind: 'code', text: words })
export const formula = (tex: string): Inline => ({ kind: 'formula', tex })

export const heading = (words: string): Block => ({ kind: 'heading', text: words })
export const display = (tex: string): Block => ({ kind: 'formula', tex })
export const listing = (lines: string): Block => ({ kind: 'listing', text: lines })

/** A paragraph of plain words, or of words with formulae and code in them. */
export function paragraph(content: string | Sentence, role: Role = 'plain'): Block {
  return { kind: 'paragraph', content: typeof content === 'string' ? [text(content)] : content, role }
}

/** A list of sentences; nothing at all for none. */
export function list(items: readonly string[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', items: items.map((item) => [text(item)]) }]
}

/** A formula of a list or table of constants has no words around it, so labels are plain. */
export function facts(entries: readonly (readonly [label: string, value: string | Sentence])[]): Block {
  return { kind: 'facts', entries: entries.map(([label, value]) => ({ label, content: typeof value === 'string' ? [text(value)] : value })) }
}

/** Columns whose title begins with `<` stand to the left, the others to the right, as numbers do. */
export function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): ReportTable {
  return { columns: titles.map((title) => (title.startsWith('<') ? { title: title.slice(1), align: 'left' } : { title, align: 'right' })), rows: rows.map((row) => [...row]) }
}

export const tableBlock = (caption: string, table: ReportTable): Block => ({ kind: 'table', caption, table })

/** A chart, unless it has nothing to draw. */
export function chartBlock(caption: string, chart: Omit<Chart, 'marks'> & { readonly marks?: Chart['marks'] }): readonly Block[] {
  if (chart.series.every(({ x }) => x.length === 0)) return []
  return [{ kind: 'chart', caption, chart: { marks: [], ...chart } }]
}

export const numbers = (label: string, scale: ChartAxis['scale'] = 'linear'): ChartAxis => ({ label, scale, names: null })
export const named = (label: string, names: readonly string[]): ChartAxis => ({ label, scale: 'linear', names: [...names] })

/** Points with intervals along y unless it says otherwise, and named in the legend. */
export function series(given: Pick<ChartSeries, 'name' | 'x' | 'y'> & Partial<ChartSeries>): ChartSeries {
  return { drawn: 'points', low: null, high: null, interval: 'y', colour: 0, isListed: true, isFaint: false, ...given }
}
