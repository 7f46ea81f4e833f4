import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { datasetInspection } from '../contract/dataset-inspection.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeAll(async () => {
  folder = await makeFolder()
  const rows = Array.from({ length: 40 }, (_, row) => (row === 12 ? 'x,1,a' : `${row},${row % 7},${row % 2 === 0 ? 'a' : 'b'}`))
  writeFileSync(folder.file('bad.csv'), `u,v,kind\n${rows.join('\n')}\n`)
  const images = fileURLToPath(new URL('../training/datasets/fixtures/images/', import.meta.url))
  for (const [name, source] of [['a/1.png', 'rgb.png'], ['a/2.jpg', 'rgb.jpg'], ['b/1.png', 'small.png'], ['b/2.webp', 'rgb.webp']] as const) {
    mkdirSync(join(folder.file('set'), name, '..'), { recursive: true })
    copyFileSync(join(images, source), join(folder.file('set'), name))
  }
})
afterAll(() => folder.remove())

describe('loupe data inspect', () => {
  it('says what a data set is, lists its bad rows and ends with 2 where a run would be refused', async () => {
    const { code, stdout } = await spawnLoupe(['data', 'inspect', folder.file('bad.csv')])
    expect(code).toBe(2)
    expect(stdout).toMatch(/^bad\.csv: csv, examples of \[2\] float32, 2 classes$/m)
    expect(stdout).toMatch(/^line 14\s+u\s+not-a-number\s+"x"\s+a finite number$/m)
    expect(stdout).toContain('A run would be refused:')
    const skipping = await spawnLoupe(['data', 'inspect', folder.file('bad.csv'), '--bad-rows', 'skip', '--json'])
    expect(skipping.code).toBe(0)
    expect(datasetInspection.parse(skipping.lines.at(-1)).badRows).toMatchObject({ rows: 1, rule: 'skip', refusal: null })
  })

  it('reads a folder of images to a size, and a data set that comes with Loupe', async () => {
    expect((await spawnLoupe(['data', 'inspect', folder.file('set')])).code).toBe(2)
    const sized = await spawnLoupe(['data', 'inspect', folder.file('set'), '--image-size', '4x2', '--image-fit', 'crop', '--image-color', 'grey', '--json'])
    expect([sized.code, datasetInspection.parse(sized.lines.at(-1)).shape]).toEqual([0, [2, 4, 1]])
    const { code, stdout } = await spawnLoupe(['data', 'inspect', 'digits'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('licence CC-BY-4.0')])
  })

  it('refuses no such file, a size that is none and a rule that is none', async () => {
    expect(await spawnLoupe(['data', 'inspect', folder.file('nowhere.csv')])).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no file') })
    expect(await spawnLoupe(['data', 'inspect', folder.file('set'), '--image-size', 'large'])).toMatchObject({ code: 2, stderr: expect.stringContaining('64x48') })
    expect(await spawnLoupe(['data', 'inspect', folder.file('set'), '--bad-rows', 'mend'])).toMatchObject({ code: 2, stderr: expect.stringContaining('refuse, skip') })
  })
})
