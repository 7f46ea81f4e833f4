import { mkdir, open, rename, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import { csvOf } from './csv.ts'
import type { ExportFormat } from './formats.ts'
import { jsonOf } from './json.ts'
import type { Table } from './table.ts'


export interface ExportPlan {
  /** Made where it is not there. */
  readonly folder: string
  readonly format: ExportFormat
  readonly tables: readonly Table[]
  /** Further files, name and text. */
  readonly texts: Readonly<Record<string, string>>
  /** Of Parquet files. */
  readonly facts: Readonly<Record<string, string>>
  /** Whether files that are there are replaced. */
  readonly replaces: boolean
}

/**
 * Writes the tables and texts into a folder, and returns the paths of the files. Each file appears whole or not at all.
 *
 * @throws LoupeError `invalid-input` where a file is in the way or the folder cannot be written to, `disk-full`
 */
export async function writeExport(plan: ExportPlan): Promise<readonly string[]> {
  const { folder, format, tables, texts } = plan
  const files = [...Object.keys(texts), ...tables.map(({ name }) => `${name}.${format}`)].map((name) => join(folder, name))
  if (!plan.replaces) refuseTaken(files)
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, text] of Object.entries(texts)) await writeWhole(join(folder, name), (file) => writeText(file, [text]))
    for (const table of tables) await writeWhole(join(folder, `${table.name}.${format}`), (file) => writeTable({ file, table, plan }))
  } catch (error) {
    throw unwritable(folder, error)
  }
  return files
}

function refuseTaken(files: readonly string[]): void {
  const taken = files.filter((file) => existsSync(file))
  if (taken.length === 0) return
  const others = taken.length === 1 ? '' : ` and ${taken.length - 1} more`
  throw new LoupeError('invalid-input', `${taken[0]}${others} ${taken.length === 1 ? 'is' : 'are'} already there. Name another folder with --out, or replace them with --force.`, { files: taken })
}

async function writeTable(options: { readonly file: string; readonly table: Table; readonly plan: ExportPlan }): Promise<void> {
  const { file, table, plan } = options
  if (plan.format === 'csv') return await writeText(file, csvOf(table))
  if (plan.format === 'json') return await writeText(file, jsonOf(table))
  const { writeParquet } = await import('./parquet.ts')
  await writeParquet({ file, table, facts: plan.facts })
}

const BUFFERED_CHARACTERS = 1_000_000

async function writeText(file: string, pieces: Iterable<string>): Promise<void> {
  const handle = await open(file, 'w')
  try {
    let waiting = ''
    for (const piece of pieces) {
      waiting += piece
      if (waiting.length < BUFFERED_CHARACTERS) continue
      await handle.appendFile(waiting)
      waiting = ''
    }
    await handle.appendFile(waiting)
  } finally {
    await handle.close()
  }
}

/** Writes beside the file, then renames: a reader never sees half of it, and a failure leaves the file of before. */
export async function writeWhole(file: string, write: (beside: string) => Promise<void>): Promise<void> {
  const beside = `${file}.partial`
  try {
    await write(beside)
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}) // the first error says more
    throw error
  }
}

function unwritable(folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof LoupeError) return error
  const code = String(error.code)
  if (!/^E[A-Z]+$/.test(code)) return error
  return new LoupeError(code === 'ENOSPC' ? 'disk-full' : 'invalid-input', `The export cannot be written to ${folder} (${code}). Name a folder that you may write to, on a disk with room, with --out.`, { folder, code })
}
