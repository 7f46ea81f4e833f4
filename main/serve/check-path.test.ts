import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkPath } from './check-path.ts'

const folder = mkdtempSync(join(tmpdir(), 'loupe-paths-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

describe('checkPath', () => {
  it('knows what Loupe reads by names alone', async () => {
    for (const name of ['a.csv', 'b.tsv.gz', 'c.parquet', 'd.npz', 'e.xlsx']) writeFileSync(at(name), '')
    for (const name of ['arrays', 'images/cat', 'empty']) mkdirSync(at(name), { recursive: true })
    writeFileSync(at('arrays/train-images-idx3-ubyte.gz'), '')
    const found = await Promise.all(['a.csv', 'b.tsv.gz', 'c.parquet', 'd.npz', 'arrays', 'images'].map(async (name) => (await checkPath(at(name))).kind))
    expect(found).toEqual(['csv', 'csv', 'parquet', 'npz', 'arrays', 'images'])
  })

  it.each([
    ['nothing', ' ', 'empty'],
    ['a relative path', 'data/a.csv', 'relative'],
    ['a path to nothing', at('nowhere.csv'), 'not-found'],
    ['another kind of file', at('e.xlsx'), 'unknown-kind'],
    ['an empty folder', at('empty'), 'empty-folder'],
  ])('tells %s', async (_, path, problem) => {
    expect(await checkPath(path)).toEqual({ kind: null, problem })
  })
})
