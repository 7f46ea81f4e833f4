import { z } from './zod.ts'

/** A piece of a sentence. Text is never markup, whatever is in it; a formula is TeX, as in a text's mathematics. */
export const inline = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('strong'), text: z.string() }),
  z.object({ kind: z.literal('code'), text: z.string() }),
  z.object({ kind: z.literal('formula'), tex: z.string() }),
])
export type Inline = z.output<typeof inline>

const sentence = z.array(inline)
/** Text with code and formulae in it. */
export type Sentence = z.output<typeof sentence>

const axis = z.object({
  label: z.string(),
  scale: z.enum(['linear', 'log']),
  /** Names at 0, 1, 2, … where the axis has no numbers; null for one that has. */
  names: z.array(z.string()).nullable(),
})
export type ChartAxis = z.output<typeof axis>

/** One line, or one group of points. Columns are of one length. */
export const chartSeries = z.object({
  name: z.string(),
  drawn: z.enum(['points', 'line']),
  x: z.array(z.number()),
  y: z.array(z.number()),
  /** Ends of each point's interval, along `interval`; null where a point has none, or for a series without any. */
  low: z.array(z.number().nullable()).nullable(),
  high: z.array(z.number().nullable()).nullable(),
  interval: z.enum(['x', 'y', 'band']),
  /** Place in the palette: series of one colour belong together. */
  colour: z.int().min(0),
  /** Whether the legend names it. */
  isListed: z.boolean(),
})
export type ChartSeries = z.output<typeof chartSeries>

export const chart = z.object({
  title: z.string(),
  x: axis,
  y: axis,
  series: z.array(chartSeries),
  /** Straight lines across the chart. */
  marks: z.array(z.object({ axis: z.enum(['x', 'y']), value: z.number(), label: z.string() })),
})
export type Chart = z.output<typeof chart>

const column = z.object({ title: z.string(), /** Numbers stand to the right. */ align: z.enum(['left', 'right']) })

export const reportTable = z.object({ columns: z.array(column), rows: z.array(z.array(z.string())) })
export type ReportTable = z.output<typeof reportTable>

/** A run in a list: what it is, how it ended, and what makes it what it is. */
export const listedRun = z.object({ id: z.string(), key: z.string(), status: z.string(), seed: z.int(), steps: z.int(), examples: z.int(), seconds: z.number(), configHash: z.string() })
export type ListedRun = z.output<typeof listedRun>

/** A part of a report, from top to bottom. */
export const block = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('heading'), text: z.string() }),
  z.object({ kind: z.literal('paragraph'), content: sentence, role: z.enum(['plain', 'answer', 'next', 'quiet', 'problem']) }),
  z.object({ kind: z.literal('formula'), tex: z.string() }),
  z.object({ kind: z.literal('list'), items: z.array(sentence) }),
  /** Labels, and what belongs to each. */
  z.object({ kind: z.literal('facts'), entries: z.array(z.object({ label: z.string(), content: sentence })) }),
  /** A command or a file, line by line as it is. */
  z.object({ kind: z.literal('listing'), text: z.string() }),
  z.object({ kind: z.literal('table'), caption: z.string(), table: reportTable }),
  z.object({ kind: z.literal('chart'), caption: z.string(), chart }),
  z.object({ kind: z.literal('runs'), caption: z.string(), runs: z.array(listedRun) }),
])
export type Block = z.output<typeof block>

/** A report as it is written to a page, a LaTeX file or a PDF: it holds its data, and changes no more when the log does. */
export const reportDocument = z.object({ title: z.string(), subtitle: z.string(), blocks: z.array(block) })
export type ReportDocument = z.output<typeof reportDocument>
