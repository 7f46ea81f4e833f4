import { z } from './zod.ts'

/** A piece of a sentence. Text is never markup, whatever is in it; a formula is TeX, as in a text's mathematics. */
export const inline = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('strong'), text: z.string() }),
  z.object({ kind: z.literal('code'), text: z.string() }),
  z.object({ kind: z.literal('formula'), tex: z.string() }),
  /** What a researcher wrote, with its marks. `href` begins with http://, https:// or #, or is null. */
  z.object({ kind: z.literal('styled'), text: z.string(), isStrong: z.boolean(), isEmphasised: z.boolean(), isStruck: z.boolean(), isCode: z.boolean(), href: z.string().nullable() }),
  z.object({ kind: z.literal('break') }),
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
  /** The values themselves, behind a line that smooths them. */
  isFaint: z.boolean(),
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

/** A run in a list: what it is, how it ended, and what makes it what it is. One that another tool logged has neither seed nor config. */
export const listedRun = z.object({ id: z.string(), key: z.string(), status: z.string(), seed: z.int().nullable(), steps: z.int(), examples: z.int(), seconds: z.number(), configHash: z.string().nullable() })
export type ListedRun = z.output<typeof listedRun>

/** A part of a report without others in it. */
const plainBlock = z.discriminatedUnion('kind', [
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
  /** A heading that a researcher wrote: 1 begins a section, 2 and 3 stand within it. `anchor` is where a link to it leads. */
  z.object({ kind: z.literal('section'), level: z.int().min(1).max(3), content: sentence, anchor: z.string() }),
  /** A table whose cells have code and formulae in them. */
  z.object({ kind: z.literal('grid'), align: z.array(z.enum(['left', 'center', 'right'])), head: z.array(sentence), rows: z.array(z.array(sentence)) }),
  z.object({ kind: z.literal('rule') }),
])
type PlainBlock = z.output<typeof plainBlock>

export interface QuoteBlock {
  kind: 'quote'
  blocks: Block[]
}

/** A list whose items have paragraphs, lists and code in them. */
export interface ItemsBlock {
  kind: 'items'
  isOrdered: boolean
  /** Number of the first item of an ordered list. */
  start: number
  items: Block[][]
}

/** A part of a report, from top to bottom. */
export type Block = PlainBlock | QuoteBlock | ItemsBlock
export const block: z.ZodType<Block> = z.lazy(() =>
  z.union([
    plainBlock,
    z.object({ kind: z.literal('quote'), blocks: z.array(block) }),
    z.object({ kind: z.literal('items'), isOrdered: z.boolean(), start: z.int(), items: z.array(z.array(block)) }),
  ]),
)

/** A report as it is written to a page, a LaTeX file or a PDF: it holds its data, and changes no more when the log does. */
export const reportDocument = z.object({ title: z.string(), subtitle: z.string(), blocks: z.array(block) })
export type ReportDocument = z.output<typeof reportDocument>
