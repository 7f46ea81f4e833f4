import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { datasetConfig } from '../../contract/dataset-config.ts'
import { collectBadRows } from './bad-rows.ts'
import { readImageFolder } from './image-folder.ts'
import { loadDataset } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'loupe-images-'))
afterAll(() => rmSync(folder, { recursive: true }))

const images = fileURLToPath(new URL('fixtures/images/', import.meta.url))
/** A folder of images; from the names in it to those of the fixtures. */
function makeFolder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(folder, 'set-'))
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    copyFileSync(join(images, source), join(path, name))
  }
  return path
}
const options = { imageHeight: null, imageWidth: null, imageFit: 'refuse', imageColor: 'auto' } as const
const read = (path: string, more: Partial<Parameters<typeof readImageFolder>[1]> = {}) => readImageFolder(path, { ...options, badRows: collectBadRows({ isStrict: true }), ...more })

describe('a folder of images', () => {
  it('has a class for each folder, by name, and images by their names', async () => {
    const path = makeFolder({ 'dog/b.png': 'rgb.png', 'cat/a.jpg': 'rgb.jpg', 'cat/b.webp': 'rgb.webp', 'dog/notes.txt': 'script.png', '.hidden/x.png': 'rgb.png' })
    const set = await read(path)
    expect([set.classNames, [...set.train.labels], set.train.inputs.shape, set.train.inputs.type]).toEqual([['cat', 'dog'], [0, 0, 1], [3, 6, 8, 3], 'uint8'])
    expect([set.validation, set.test, set.sizes]).toEqual([null, null, [{ width: 8, height: 6, images: 3 }]])
  })

  it('orders classes that are numbers by value', async () => {
    expect((await read(makeFolder({ '10/a.png': 'grey.png', '9/a.png': 'grey.png', '2/a.png': 'grey.png' }))).classNames).toEqual(['2', '9', '10'])
  })

  it('takes train, val and test from the folders of that name', async () => {
    const path = makeFolder({ 'train/a/1.png': 'grey.png', 'train/b/1.png': 'grey.png', 'train/b/2.png': 'grey.png', 'val/b/1.png': 'grey.png', 'test/a/1.png': 'grey.png', 'extra/c/1.png': 'grey.png' })
    const set = await read(path)
    expect([[...set.train.labels], [...set.validation!.labels], [...set.test!.labels], set.classNames]).toEqual([[0, 1, 1], [1], [0], ['a', 'b']])
    const dataset = await loadDataset(datasetConfig.parse({ name: 'file', path }))
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([3, 1, 1])
    await expect(loadDataset(datasetConfig.parse({ name: 'file', path, validationExamples: 2 }))).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('1 validation examples of its own') })
  })

  it('is grey where no image has colours, and has three channels where one has', async () => {
    const grey = makeFolder({ 'a/1.png': 'grey.png', 'b/1.jpg': 'grey.jpg' })
    expect((await read(grey)).train.inputs.shape).toEqual([2, 6, 8, 1])
    expect((await read(grey, { imageColor: 'rgb' })).train.inputs.shape).toEqual([2, 6, 8, 3])
    const mixed = makeFolder({ 'a/1.png': 'grey.png', 'b/1.jpg': 'rgb.jpg' })
    expect((await read(mixed)).train.inputs.shape).toEqual([2, 6, 8, 3])
    expect((await read(mixed, { imageColor: 'grey' })).train.inputs.shape).toEqual([2, 6, 8, 1])
  })

  it('refuses another size than that of the first, with what to do, unless told to resize or crop', async () => {
    const path = makeFolder({ 'a/1.png': 'rgb.png', 'b/1.png': 'small.png' })
    await expect(read(path)).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringMatching(/b\/1\.png: expected 8 × 6 pixels, found 4 × 4\. Set imageFit to resize or crop\./) })
    expect((await read(path, { imageFit: 'resize' })).train.inputs.shape).toEqual([2, 6, 8, 3])
    expect((await read(path, { imageFit: 'crop', imageHeight: 4, imageWidth: 4 })).train.inputs.shape).toEqual([2, 4, 4, 3])
  })

  it('collects every bad image where it may, and keeps the others', async () => {
    const path = makeFolder({ 'a/1.png': 'rgb.png', 'a/2.png': 'cut.png', 'a/3.png': 'bomb.png', 'b/1.jpg': 'cut.jpg', 'b/2.jpg': 'rgb.jpg', 'b/3.png': 'script.png', 'b/4.png': 'small.png' })
    writeFileSync(join(path, 'b', '5.png'), '')
    const badRows = collectBadRows()
    const set = await read(path, { badRows })
    expect([...set.train.labels]).toEqual([0, 1])
    const report = badRows.report()
    expect([report.rows, report.byKind]).toEqual([6, [{ kind: 'unreadable', cells: 4 }, { kind: 'too-large', cells: 1 }, { kind: 'image-size', cells: 1 }]])
    expect(report.listed.map(({ file }) => file.slice(path.length + 1)).toSorted()).toEqual(['a/2.png', 'a/3.png', 'b/1.jpg', 'b/3.png', 'b/4.png', 'b/5.png'])
    await expect(read(path)).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining('a/3.png: expected at most 67,108,864 pixels') })
  })

  it('is the same data wherever it lies, and other data where a class, an image or what was left out is another', async () => {
    const files = { 'a/1.png': 'rgb.png', 'a/2.png': 'cut.png', 'b/1.png': 'rgb.png' }
    const [one, other] = [makeFolder(files), makeFolder(files)]
    const hashOf = async (path: string, more = {}) => (await loadDataset(datasetConfig.parse({ name: 'file', path, badRows: 'skip', validationExamples: 0, ...more }))).hash
    const hash = await hashOf(one)
    expect(await hashOf(other)).toBe(hash)
    renameSync(join(other, 'a'), join(other, 'c'))
    expect(await hashOf(other)).not.toBe(hash)
    copyFileSync(join(images, 'rgb.png'), join(one, 'a', '2.png'))
    const mended = await hashOf(one)
    expect(mended).not.toBe(hash)
    expect(await hashOf(one, { badRows: 'refuse' })).toBe(mended)
  })

  it('follows links to folders and to images, and tells a link to nothing', async () => {
    const path = makeFolder({ 'a/1.png': 'rgb.png', 'a/2.png/notes.txt': 'script.png' })
    symlinkSync(join(path, 'a'), join(path, 'b'))
    symlinkSync(join(path, 'a', '1.png'), join(path, 'a', '3.png'))
    expect([...(await read(path)).train.labels]).toEqual([0, 0, 1, 1])
    symlinkSync(join(path, 'nowhere.png'), join(path, 'a', '4.png'))
    await expect(read(path)).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining('a/4.png: expected a whole PNG, JPEG or WebP image') })
  })

  it.each([
    ['a single class', { 'a/1.png': 'rgb.png' }, 'found images of "a" only'],
    ['no images', { 'a/notes.txt': 'script.png' }, 'found no image in a folder of its class'],
    ['a class that is only tested on', { 'train/a/1.png': 'rgb.png', 'train/b/1.png': 'rgb.png', 'test/c/1.png': 'rgb.png' }, 'test/c/1.png: expected a class of the training images (a, b), found "c"'],
    ['images of which none reads', { 'a/1.png': 'cut.png', 'b/1.png': 'script.png' }, 'expected a whole PNG, JPEG or WebP image'],
  ])('refuses %s', async (_, files, message) => {
    await expect(read(makeFolder(files))).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining(message) })
  })
})
