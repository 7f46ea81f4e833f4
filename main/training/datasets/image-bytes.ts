import sharp from 'sharp'
import type { HostArray } from '../../tensorflow/runtime.ts'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import { resizeImages } from './resize-images.ts'

/** Pixels of an image that are decoded: a photograph of 8192 × 8192. What claims more is refused before it is unpacked. */
export const MOST_PIXELS = 2 ** 26

const settings = { limitInputPixels: MOST_PIXELS, failOn: 'error', ignoreIcc: true, pages: 1 } as const

// The three kinds that are read, from memory alone: a drawing or a document that is named like an image may hold other files' names or programs.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadWebpBuffer'] })
// Images are read once, in an order; and training wants the cores.
sharp.cache(false)
sharp.concurrency(1)

export interface ImageHead {
  readonly width: number
  readonly height: number
  readonly isColored: boolean
}

/** Size and colours as the image's head says; no pixel is decoded. Rejects for what is no PNG, JPEG or WebP, or claims more than {@link MOST_PIXELS}. */
export async function imageHead(bytes: Buffer): Promise<ImageHead> {
  const { width, height, space } = await sharp(bytes, settings).metadata()
  return { width, height, isColored: space !== 'b-w' && space !== 'grey16' }
}

/**
 * Decodes an image to bytes, `[height, width, channels]`: rows from the top, as stored, without turning it by its orientation tag.
 *
 * Transparency is left out, an embedded colour profile not applied, and colours are made grey by 0.299 red + 0.587 green + 0.114 blue: all as Pillow's `convert` does, which torchvision
 * uses, and whose values the tests hold against these. Of 16 bits the upper 8 are kept, where Pillow would cut values above 255.
 *
 * @param channels  1 or 3.
 */
export async function decodeImage(bytes: Buffer, channels: 1 | 3): Promise<HostArray> {
  const { data, info } = await sharp(bytes, settings).removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return { shape: [info.height, info.width, channels], type: 'uint8', values: withChannels(data, info.channels, channels) }
}

function withChannels(data: Uint8Array, from: number, to: 1 | 3): Uint8Array {
  if (from === to) return data
  const pixels = data.length / from
  const result = new Uint8Array(pixels * to)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * from
    // Pillow's own whole-number form of the sum: https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Convert.c
    if (to === 1) result[pixel] = (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16
    else result.fill(data[at]!, pixel * 3, pixel * 3 + 3)
  }
  return result
}

/**
 * Brings an image to a size by {@link resizeImages}, rounded to bytes.
 *
 * @param fit  `crop` first cuts it to the proportions of that size, the same from either end.
 */
export function fitImage(image: HostArray, { height, width, fit }: { readonly height: number; readonly width: number; readonly fit: DatasetConfig['imageFit'] }): Uint8Array {
  const cut = fit === 'crop' ? cropped(image, height / width) : image
  const [rows = 0, columns = 0, channels = 0] = cut.shape
  if (rows === height && columns === width) return Uint8Array.from(cut.values)
  const { values } = resizeImages({ ...cut, shape: [1, ...cut.shape] }, [height, width, channels])
  return Uint8Array.from(values, Math.round)
}

function cropped(image: HostArray, proportion: number): HostArray {
  const [rows = 0, columns = 0, channels = 0] = image.shape
  const height = Math.max(1, Math.min(rows, Math.round(columns * proportion)))
  const width = Math.max(1, Math.min(columns, Math.round(rows / proportion)))
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)]
  const values = new Uint8Array(height * width * channels)
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * columns + left) * channels
    values.set(image.values.subarray(start, start + width * channels), row * width * channels)
  }
  return { shape: [height, width, channels], type: 'uint8', values }
}
