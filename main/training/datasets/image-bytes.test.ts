import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from '../../contract/zod.ts'
import { decodeImage, fitImage, imageHead } from './image-bytes.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/images/${name}`, import.meta.url))
const pillow = z.record(z.string(), z.object({ L: z.array(z.int()), RGB: z.array(z.int()) })).parse(JSON.parse(readFileSync(new URL('fixtures/pillow-values.json', import.meta.url), 'utf8')))

const farthest = (found: ArrayLike<number>, wanted: readonly number[]) => wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index]!)), 0)

describe('decodeImage', () => {
  it.each(['rgb.png', 'rgb.webp', 'grey.png', 'grey.jpg', 'alpha.png', 'palette.png', 'rgb.jpg'])('has the pixels that Pillow has of %s, grey and in colours', async (name) => {
    for (const [channels, mode] of [[1, 'L'], [3, 'RGB']] as const) {
      const image = await decodeImage(fixture(name), channels)
      expect(image.shape).toEqual([6, 8, channels])
      expect([mode, farthest(image.values, pillow[name]![mode])]).toEqual([mode, 0])
    }
  })

  it('keeps the upper 8 of 16 bits', async () => {
    expect([...(await decodeImage(fixture('grey16.png'), 1)).values]).toEqual([0, 0, 1, 255, 128, 2])
  })

  it.each(['cut.png', 'cut.jpg', 'script.png'])('refuses %s', async (name) => {
    await expect(decodeImage(fixture(name), 3)).rejects.toThrow()
  })

  it('refuses 60,000 × 60,000 pixels in 4 kB before it unpacks them', async () => {
    const before = process.memoryUsage().rss
    await expect(imageHead(fixture('bomb.png'))).rejects.toThrow(/pixel limit/)
    await expect(decodeImage(fixture('bomb.png'), 1)).rejects.toThrow(/pixel limit/)
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
  })
})

describe('imageHead', () => {
  it('tells size and colours, and refuses a drawing that is named like an image', async () => {
    expect(await imageHead(fixture('rgb.jpg'))).toEqual({ width: 8, height: 6, isColored: true })
    expect(await imageHead(fixture('grey.png'))).toEqual({ width: 8, height: 6, isColored: false })
    await expect(imageHead(fixture('script.png'))).rejects.toThrow()
  })
})

describe('fitImage', () => {
  const row = { shape: [1, 4, 1], type: 'uint8' as const, values: Uint8Array.of(0, 100, 200, 40) }

  it('reads between pixels as resizeImages does, rounded', () => {
    expect([...fitImage(row, { height: 1, width: 2, fit: 'resize' })]).toEqual([50, 120])
    expect([...fitImage({ ...row, shape: [1, 2, 1], values: Uint8Array.of(0, 101) }, { height: 1, width: 4, fit: 'resize' })]).toEqual([0, 25, 76, 101])
  })

  it('cuts about the middle to the proportions wanted', () => {
    expect([...fitImage(row, { height: 1, width: 2, fit: 'crop' })]).toEqual([100, 200])
    expect([...fitImage(row, { height: 1, width: 1, fit: 'crop' })]).toEqual([100])
    // 2 × 4 to 2 × 2: the two columns in the middle.
    const wide = { shape: [2, 4, 1], type: 'uint8' as const, values: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }
    expect([...fitImage(wide, { height: 2, width: 2, fit: 'crop' })]).toEqual([2, 3, 6, 7])
  })

  it('leaves an image that has the size as it is', () => {
    expect([...fitImage(row, { height: 1, width: 4, fit: 'resize' })]).toEqual([0, 100, 200, 40])
  })
})
