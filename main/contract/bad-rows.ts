import { z } from './zod.ts'

/** What may be wrong with a row of a table, an image of a folder or an example of an array. */
export const badRowKinds = [
  'cells', // a row with more or fewer cells than the first
  'syntax', // a quote inside a cell that has none around it
  'empty', // a cell without a value
  'not-a-number', // a feature that is no number
  'not-finite', // a feature that is NaN, infinite or beyond float32
  'label', // a label that is no class
  'length', // a list with more or fewer values than in the first row
  'unreadable', // an image that does not decode
  'image-size', // an image of another size than the others
  'too-large', // an image of more pixels or bytes than Loupe decodes
] as const
export const badRowKind = z.enum(badRowKinds)
export type BadRowKind = z.output<typeof badRowKind>

/** One thing that is wrong with a row; a row may have several. */
export const badCell = z.object({
  /** The file, as the user named it, or an image by its path in the folder. */
  file: z.string(),
  /** `line 17`, `row 16`, `example 5`, counted as the file's readers count; null for a whole file. */
  row: z.string().nullable(),
  /** Null where the whole row is meant. */
  column: z.string().nullable(),
  kind: badRowKind,
  expected: z.string(),
  found: z.string(),
})
export type BadCell = z.output<typeof badCell>

/** Bad rows of a data set: all counted, the first of them listed. */
export const badRowsReport = z.object({
  /** Rows left out, or that would be. */
  rows: z.int(),
  /** What is wrong with them, altogether. */
  cells: z.int(),
  /** Most frequent first. */
  byKind: z.array(z.object({ kind: badRowKind, cells: z.int() })),
  /** Most frequent first, 100 at most. */
  byColumn: z.array(z.object({ column: z.string(), cells: z.int(), empty: z.int() })),
  /** As they were found, {@link MOST_LISTED} at most. */
  listed: z.array(badCell),
})
export type BadRowsReport = z.output<typeof badRowsReport>

/** As many bad cells as a report lists. */
export const MOST_LISTED = 1000
