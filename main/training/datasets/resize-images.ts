import { LoupeError } from '../../contract/errors.ts'
import type { HostArray } from '../../tensorflow/runtime.ts'
import { describeShape, elementCount } from './numeric-array.ts'

/** Values of an array that is made here: 2 GiB of float32. */
const MOST_VALUES = 2 ** 29

/**
 * Brings images to another size by linear interpolation, and repeats a single channel where more are wanted.
 *
 * Pixels are squares whose centres lie half a pixel from their edges: the pixel i of a side of `to` reads its source at (i + ½)·from/to − ½,
 * and beyond the outermost centres the border goes on. Images that shrink are not smoothed first. An image that has the size already keeps its values.
 *
 * @param images  `[count, height, width, channels]`.
 * @param shape  Of one image that comes out, `[height, width, channels]`; `channels` as in the source, or any number of a source that has 1.
 * @returns float32 `[count, ...shape]`, on the scale of the source.
 * @throws LoupeError `shape-mismatch` for what is no image or has other channels, `out-of-memory` above 2 GiB.
 *
 * @example A row 0, 1 brought to four pixels: 0, 0.25, 0.75, 1.
 * @see PyTorch's `interpolate(mode='bilinear', align_corners=False)`, whose values the tests hold against these.
 */
export function resizeImages(images: HostArray, shape: readonly number[]): HostArray {
  requireResizable(images, shape)
  const [count = 0, rows = 0, columns = 0, channels = 0] = images.shape
  const [height = 0, width = 0, wantedChannels = 0] = shape
  const [down, across] = [placesOf(rows, height), placesOf(columns, width)]
  const values = new Float32Array(count * elementCount(shape))
  const pixel = (example: number, row: number, column: number, channel: number): number => images.values[((example * rows + row) * columns + column) * channels + channel] ?? 0
  let at = 0
  for (let example = 0; example < count; example++) {
    for (const { low: top, high: bottom, share: y } of down) {
      for (const { low: left, high: right, share: x } of across) {
        for (let channel = 0; channel < wantedChannels; channel++) {
          const source = channels === 1 ? 0 : channel
          const above = mix(pixel(example, top, left, source), pixel(example, top, right, source), x)
          const below = mix(pixel(example, bottom, left, source), pixel(example, bottom, right, source), x)
          values[at++] = mix(above, below, y)
        }
      }
    }
  }
  return { shape: [count, ...shape], type: 'float32', values }
}

/** True where {@link resizeImages} can bring examples of one shape to another. */
export function canResize(from: readonly number[], to: readonly number[]): boolean {
  return from.length === 3 && to.length === 3 && (from[2] === to[2] || from[2] === 1)
}

/** Between which two pixels of a side one that comes out lies, and how far from the first to the second. */
interface Place {
  readonly low: number
  readonly high: number
  readonly share: number
}

function placesOf(from: number, to: number): readonly Place[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = Math.max(0, ((i + 0.5) * from) / to - 0.5)
    const low = Math.min(from - 1, Math.floor(centre))
    return { low, high: Math.min(from - 1, low + 1), share: centre - low }
  })
}

function mix(a: number, b: number, share: number): number {
  return a + share * (b - a)
}

function requireResizable({ shape: [count = 0, ...from] }: HostArray, to: readonly number[]): void {
  if (!canResize(from, to)) {
    throw new LoupeError('shape-mismatch', `Examples of ${describeShape(from)} cannot be brought to ${describeShape(to)}: only images, [height, width, channels], with as many channels or 1.`, { from, to: [...to] })
  }
  const size = count * elementCount(to)
  if (size <= MOST_VALUES) return
  throw new LoupeError('out-of-memory', `${count} images of ${describeShape(to)} take ${(size / 2 ** 28).toFixed(1)} GiB, and Loupe brings images to another size up to 2 GiB. Use a smaller fraction of them.`, { count, to: [...to] })
}
