import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { BadRows, FoundCell } from './bad-rows.ts'
import { sortedNames } from './class-labels.ts'
import { sha256, sourceHash } from './content-hash.ts'
import { keepExamples } from './labelled.ts'
import type { Labelled } from './labelled.ts'
import { listImages, requireClasses } from './list-images.ts'
import type { ImageFile, ImagePart } from './list-images.ts'
import { malformed } from './malformed.ts'
import { describeShape } from './numeric-array.ts'
import { readBytes } from './read-bytes.ts'

export type ImageOptions = Pick<DatasetConfig, 'imageHeight' | 'imageWidth' | 'imageFit' | 'imageColor'>

/** Bytes of one image file. */
const MOST_IMAGE_BYTES = 2 ** 26
/** Decoded, of all images. */
const MOST_BYTES = 2 ** 31 - 1
/** Files that are read at once. */
const AT_ONCE = 16

export interface ImageFolder {
  readonly classNames: readonly string[]
  readonly train: Labelled
  /** Null where there is no such folder. */
  readonly validation: Labelled | null
  readonly test: Labelled | null
  /** SHA-256 over the names of the files and their own SHA-256. */
  readonly hash: string
  readonly bytes: number
  /** Sizes of the images as they are stored, most frequent first. */
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly images: number }[]
}

/**
 * Reads a folder with a folder of images for each class: PNG, JPEG or WebP. Above them may stand `train`, `test` and `val`.
 *
 * The size is that of the config, or of the first image that reads, by the names of parts, classes and files in the order of their code points. Classes are in
 * that order too, or by value where all are numbers. What is no image by its name's end is passed over.
 *
 * @throws LoupeError `data-malformed`, `out-of-memory` where the decoded images would take more than 2 GiB.
 */
export async function readImageFolder(path: string, { badRows, ...options }: ImageOptions & { readonly badRows: BadRows }): Promise<ImageFolder> {
  const files = await listImages(path)
  const classNames = sortedNames(new Set(files.filter(({ part }) => part === 'train').map(({ className }) => className)))
  requireClasses(path, { files, classNames })
  const heads = await inTurn(files, async (file) => await headOf(path, file))
  const told = heads.filter((head) => head.fault === null)
  heads.forEach(({ fault }) => fault !== null && badRows.add(fault))
  const first = told[0]
  if (first === undefined) throw malformed({ file: path, at: null, expected: 'at least one PNG, JPEG or WebP image that reads', found: `none of ${files.length}` })
  const [height, width] = [options.imageHeight ?? first.height, options.imageWidth ?? first.width]
  const channels = options.imageColor === 'rgb' || (options.imageColor === 'auto' && told.some(({ isColored }) => isColored)) ? 3 : 1
  const fitting = told.filter(({ file, ...size }) => {
    if (options.imageFit !== 'refuse' || (size.height === height && size.width === width)) return true
    badRows.add({ ...ofImage(path, file), kind: 'image-size', expected: `${width} × ${height} pixels`, found: `${size.width} × ${size.height}`, advice: 'Set imageFit to resize or crop.' })
    return false
  })
  requireRoom(path, [fitting.length, height, width, channels])
  const images = await decodeAll(path, { heads: fitting, shape: [height, width, channels], fit: options.imageFit, badRows })
  const labelOf = new Map(classNames.map((name, index) => [name, index]))
  const partOf = (part: ImagePart): Labelled => {
    const rows = Int32Array.from(images.files.flatMap((file, row) => (file.part === part ? [row] : [])))
    const labels = Int32Array.from(images.files, ({ className }) => labelOf.get(className)!)
    return keepExamples({ inputs: { shape: [images.files.length, height, width, channels], type: 'uint8', values: images.values }, labels }, rows)
  }
  const has = (part: ImagePart) => images.files.some((file) => file.part === part)
  if (!has('train')) throw malformed({ file: path, at: null, expected: 'at least one training image that reads', found: 'none' })
  return {
    classNames,
    train: partOf('train'),
    validation: has('validation') ? partOf('validation') : null,
    test: has('test') ? partOf('test') : null,
    hash: sourceHash(heads.map(({ file, hash }) => `${hash} ${file.name}`)),
    bytes: heads.reduce((sum, { bytes }) => sum + bytes, 0),
    sizes: countSizes(told),
  }
}

type Head = { readonly file: ImageFile; readonly hash: string; readonly bytes: number } & (
  | { readonly fault: null; readonly width: number; readonly height: number; readonly isColored: boolean }
  | { readonly fault: FoundCell }
)
type GoodHead = Extract<Head, { readonly fault: null }>

async function headOf(path: string, file: ImageFile): Promise<Head> {
  const full = join(path, file.name)
  // A link to nothing has no size, and is told like any other that does not read.
  const size = await stat(full).then((entry) => entry.size, () => 0)
  if (size > MOST_IMAGE_BYTES) return { file, hash: `${size} bytes`, bytes: size, fault: { ...ofImage(path, file), kind: 'too-large', expected: `a file of at most ${MOST_IMAGE_BYTES} bytes`, found: `${size}` } }
  const { imageHead } = await import('./image-bytes.ts')
  let described = { file, hash: 'unread', bytes: size }
  try {
    const content = await readBytes(full)
    described = { ...described, hash: sha256(content) }
    return { ...described, fault: null, ...(await imageHead(content)) }
  } catch (cause) {
    return { ...described, fault: faultOf(path, file, cause) }
  }
}

function faultOf(path: string, file: ImageFile, cause: unknown): FoundCell {
  const message = cause instanceof Error ? cause.message.trim().replaceAll(/\s+/g, ' ') : String(cause)
  if (/pixel limit/i.test(message)) return { ...ofImage(path, file), kind: 'too-large', expected: 'at most 67,108,864 pixels', found: `"${message}"`, cause }
  return { ...ofImage(path, file), kind: 'unreadable', expected: 'a whole PNG, JPEG or WebP image', found: `"${message.slice(0, 200)}"`, cause }
}

function ofImage(path: string, file: ImageFile): Pick<FoundCell, 'file' | 'row' | 'column' | 'id'> {
  return { file: join(path, file.name), row: null, column: null, id: file.name }
}

interface Decoding {
  readonly heads: readonly GoodHead[]
  readonly shape: readonly [height: number, width: number, channels: 1 | 3]
  readonly fit: DatasetConfig['imageFit']
  readonly badRows: BadRows
}

/** The images that decode, one after the other, and their files. */
async function decodeAll(path: string, { heads, shape: [height, width, channels], fit, badRows }: Decoding): Promise<{ readonly files: readonly ImageFile[]; readonly values: Uint8Array }> {
  const { decodeImage, fitImage } = await import('./image-bytes.ts')
  const size = height * width * channels
  const values = new Uint8Array(heads.length * size)
  const isWhole = await inTurn(heads, async ({ file }, index) => {
    try {
      const image = await decodeImage(await readBytes(join(path, file.name)), channels)
      values.set(fitImage(image, { height, width, fit }), index * size)
      return null
    } catch (cause) {
      return faultOf(path, file, cause)
    }
  })
  isWhole.forEach((fault) => fault !== null && badRows.add(fault))
  const kept = heads.flatMap((_, index) => (isWhole[index] === null ? [index] : []))
  kept.forEach((from, to) => values.copyWithin(to * size, from * size, (from + 1) * size))
  return { files: kept.map((index) => heads[index]!.file), values: values.subarray(0, kept.length * size) }
}

/** A few at a time, results in the order of the items. */
async function inTurn<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += AT_ONCE) results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map((item, index) => work(item, start + index)))))
  return results
}

function requireRoom(path: string, shape: readonly number[]): void {
  const bytes = shape.reduce((product, size) => product * size, 1)
  if (bytes <= MOST_BYTES) return
  throw new LoupeError('out-of-memory', `The images of ${path} take ${(bytes / 2 ** 30).toFixed(1)} GiB as ${describeShape(shape)}, and Loupe takes up to 2 GiB. Set a smaller imageHeight and imageWidth, or use fewer of them.`, { path, shape: [...shape] })
}

function countSizes(heads: readonly GoodHead[]): ImageFolder['sizes'] {
  const counts = new Map<string, { width: number; height: number; images: number }>()
  for (const { width, height } of heads) {
    const key = `${width} ${height}`
    counts.set(key, { width, height, images: (counts.get(key)?.images ?? 0) + 1 })
  }
  return [...counts.values()].sort((a, b) => b.images - a.images)
}
