import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { unpacked } from './read-bytes.ts'

describe('unpacked', () => {
  it('stops at as many bytes as a file may hold, however small the gzip', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000))
    expect(bomb.length).toBeLessThan(6000)
    await expect(unpacked(bomb, 'a.csv.gz', 4_999_999)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('a.csv.gz unpacks to more than 4999999 bytes') })
    expect((await unpacked(bomb, 'a.csv.gz', 5_000_000)).length).toBe(5_000_000)
  })
})
