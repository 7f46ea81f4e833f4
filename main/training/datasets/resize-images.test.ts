import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from '../../contract/zod.ts'
import { elementCount } from './numeric-array.ts'
import { canResize, resizeImages } from './resize-images.ts'

const peer = z
  .object({ cases: z.array(z.object({ images: z.array(z.int()), to: z.array(z.int()), values: z.array(z.number()) })) })
  .parse(JSON.parse(readFileSync(new URL('./reference/pytorch-resize.json', import.meta.url), 'utf8')))

/** 100·(sin(0.7·i²) + ½·cos(i)), as `pytorch_resize.py` has it. */
const wave = (shape: readonly number[]) => ({ shape, type: 'float32', values: Float32Array.from({ length: elementCount(shape) }, (_, i) => 100 * (Math.sin(0.7 * i * i) + 0.5 * Math.cos(i))) }) as const
const bytes = (shape: readonly number[], values: readonly number[]) => ({ shape, type: 'uint8', values: Uint8Array.from(values) }) as const

describe('resizeImages', () => {
  it.each(peer.cases)('gives what PyTorch gives: $images to $to', ({ images, to, values }) => {
    const resized = resizeImages(wave(images), [...to, images[3]!])
    expect(resized).toMatchObject({ shape: [images[0], ...to, images[3]], type: 'float32' })
    expect(resized.values).toHaveLength(values.length)
    resized.values.forEach((value, i) => expect(value, `${i}`).toBeCloseTo(values[i]!, 4))
  })

  it('reads between the centres of pixels and goes on beyond the outermost', () => {
    expect([...resizeImages(bytes([1, 1, 2, 1], [0, 1]), [1, 4, 1]).values]).toEqual([0, 0.25, 0.75, 1])
    expect([...resizeImages(bytes([1, 2, 2, 1], [0, 40, 80, 200]), [1, 1, 1]).values]).toEqual([80])
  })

  it('turns bytes to floats of the same scale, and keeps the values of an image that has the size', () => {
    expect(resizeImages(bytes([2, 1, 2, 1], [0, 255, 7, 8]), [1, 2, 1])).toEqual({ shape: [2, 1, 2, 1], type: 'float32', values: Float32Array.of(0, 255, 7, 8) })
  })

  it('repeats a single channel', () => {
    expect([...resizeImages(bytes([1, 1, 2, 1], [3, 9]), [1, 2, 3]).values]).toEqual([3, 3, 3, 9, 9, 9])
  })

  it('refuses what is no image, other channels, and more than 2 GiB', () => {
    expect([canResize([8, 8, 1], [28, 28, 3]), canResize([8, 8, 3], [28, 28, 1]), canResize([30], [28, 28, 1]), canResize([128, 1], [64, 1])]).toEqual([true, false, false, false])
    expect(() => resizeImages(wave([1, 2, 2, 3]), [2, 2, 1])).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringContaining('[2, 2, 3] cannot be brought to [2, 2, 1]') }))
    expect(() => resizeImages(wave([4, 1, 1, 1]), [20000, 20000, 1])).toThrow(expect.objectContaining({ code: 'out-of-memory', message: expect.stringContaining('6.0 GiB') }))
  })
})
