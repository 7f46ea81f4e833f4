import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { datasetConfig } from '../contract/dataset-config.ts'
import { datasetThread } from './dataset-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'loupe-thread-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the thread that reads data sets', () => {
  const thread = datasetThread()
  const preview = { split: 'training' as const, classIndex: null, offset: 0, limit: 1 }

  it('answers several questions at once, and tells errors as they were', async () => {
    const missing = datasetConfig.parse({ name: 'file', path: join(folder, 'nowhere.csv') })
    const [digits, page, error] = await Promise.all([
      thread.inspect({ dataset: datasetConfig.parse({ name: 'digits' }) }),
      thread.preview({ dataset: datasetConfig.parse({ name: 'breast-cancer' }), ...preview }),
      thread.inspect({ dataset: missing }).catch((thrown: unknown) => thrown),
    ])
    expect([digits.shape, page.shape, page.featureNames?.[0]]).toEqual([[8, 8, 1], [30], 'mean_radius'])
    expect(error).toMatchObject({ code: 'not-found' })
  }, 30_000)

  it('reads a file again that was written to', async () => {
    const path = join(folder, 'a.csv')
    const dataset = datasetConfig.parse({ name: 'file', path })
    writeFileSync(path, '1,a\n2,b\n3,a\n4,b\n')
    const before = await thread.inspect({ dataset })
    writeFileSync(path, '1,a\n2,b\n3,a\n4,b\n5,c\n')
    const after = await thread.inspect({ dataset })
    expect([before.classNames, after.classNames]).toEqual([['a', 'b'], ['a', 'b', 'c']])
  }, 30_000)

  it('leaves its own process free meanwhile', async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 5)
    await thread.inspect({ dataset: datasetConfig.parse({}) })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(10)
  }, 30_000)
})
