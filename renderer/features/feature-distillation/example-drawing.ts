/** How an example is drawn; none for a row of a table. */
export type Drawing = { readonly kind: 'image'; readonly width: number; readonly height: number; readonly pixels: readonly number[] } | { readonly kind: 'line'; readonly path: string }

export interface DrawnExample {
  /** Of one example, such as `[28, 28, 1]` for an image, `[128, 2]` for a series, `[30]` for a row of a table. */
  readonly shape: readonly number[]
  /** In the order of the shape. */
  readonly values: readonly number[]
  /** Drawn as black and as white. */
  readonly range: readonly [low: number, high: number]
}

/**
 * The pixels of an image, red, green, blue and alpha from 0 to 255 each, or the line of the first channel of a series in a frame of 100 × 40.
 *
 * @example A 1×2 image [0, 1] of range [0, 1] has the pixels 0 0 0 255 and 255 255 255 255.
 */
export function drawingOf({ shape, values, range: [low, high] }: DrawnExample): Drawing | null {
  const share = (value: number) => (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5)
  if (shape.length === 3) {
    const [height = 0, width = 0, channels = 0] = shape
    const byte = (pixel: number, channel: number) => Math.round(255 * share(values[pixel * channels + Math.min(channel, channels - 1)] ?? low))
    // One channel is grey; more than three have no colours of their own, and the first three stand for them.
    const pixels = Array.from({ length: height * width }, (_, pixel) => [byte(pixel, 0), byte(pixel, channels === 2 ? 0 : 1), byte(pixel, channels === 2 ? 0 : 2), 255]).flat()
    return { kind: 'image', width, height, pixels }
  }
  if (shape.length === 2) {
    const [length = 0, channels = 1] = shape
    const place = (index: number) => `${((100 * index) / Math.max(1, length - 1)).toFixed(2)} ${(38 - 36 * share(values[index * channels] ?? low)).toFixed(2)}`
    return length < 2 ? null : { kind: 'line', path: `M${Array.from({ length }, (_, index) => place(index)).join('L')}` }
  }
  return null
}
