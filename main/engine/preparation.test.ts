import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { datasetConfig } from '../contract/dataset-config.ts'
import { Preparation } from './preparation.ts'
import { fakeParts } from './test/fake-parts.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-preparation-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a data set', () => {
  it('is read once for the runs that share it, and again where its file was changed', async () => {
    const path = join(folder, 'own.csv')
    await writeFile(path, 'a,b\n1,0\n')
    const { parts, seen } = fakeParts({ stepsOf: () => 1 })
    const preparation = new Preparation({ parts, workspace: folder })
    const config = datasetConfig.parse({ name: 'file', path })
    await preparation.dataset(config)
    await preparation.dataset(config)
    expect(seen.datasetsLoaded).toBe(1)
    await utimes(path, 1, 1)
    await preparation.dataset(config)
    expect(seen.datasetsLoaded).toBe(2)
    const inFolder = datasetConfig.parse({ name: 'file', path: folder })
    await preparation.dataset(inFolder)
    await writeFile(path, 'a,b\n2,1\n')
    await preparation.dataset(inFolder)
    expect(seen.datasetsLoaded).toBe(4)
  })
})
