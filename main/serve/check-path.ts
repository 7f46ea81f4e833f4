import { readdir, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { QueryOutput } from '../contract/queries.ts'

type Checked = QueryOutput<'dataset.checkPath'>

/** Says whether Loupe finds something that it reads at a path of this machine, by names alone: for a field that is being typed in. */
export async function checkPath(path: string): Promise<Checked> {
  if (path.trim() === '') return { kind: null, problem: 'empty' }
  // What a relative path means depends on where Loupe was started, which nobody sees in the window.
  if (!isAbsolute(path)) return { kind: null, problem: 'relative' }
  try {
    const entry = await stat(path)
    return entry.isDirectory() ? await checkFolder(path) : checkName(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    return { kind: null, problem: code === 'ENOENT' || code === 'ENOTDIR' ? 'not-found' : 'unreadable' }
  }
}

async function checkFolder(path: string): Promise<Checked> {
  const entries = await readdir(path, { withFileTypes: true })
  if (entries.some(({ name }) => /(\.npy|idx\d-[a-z]+)(\.gz)?$/i.test(name))) return { kind: 'arrays', problem: null }
  if (entries.some((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) return { kind: 'images', problem: null }
  return { kind: null, problem: 'empty-folder' }
}

function checkName(path: string): Checked {
  const plain = path.toLowerCase().replace(/\.gz$/, '')
  if (/\.(csv|tsv)$/.test(plain)) return { kind: 'csv', problem: null }
  if (/\.(parquet|pq)$/i.test(path)) return { kind: 'parquet', problem: null }
  if (path.toLowerCase().endsWith('.npz')) return { kind: 'npz', problem: null }
  return { kind: null, problem: 'unknown-kind' }
}
