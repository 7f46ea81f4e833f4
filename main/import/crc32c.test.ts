import { describe, expect, it } from 'vitest'
import { crc32c, maskedCrc32c } from './crc32c.ts'

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4.
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['nine digits', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s is as published', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('of a part is that of the part alone, wherever it begins', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) % 251)
    for (let from = 0; from < 20; from++) for (let to = from; to < from + 30; to++) expect(crc32c(bytes, from, to)).toBe(crc32c(bytes.slice(from, to)))
  })

  it('is masked as TensorFlow does it', () => {
    // crc 0xe3069283: turned by 15 bits 0x2507c60d, moved on 0xc78ab0e5.
    expect(maskedCrc32c(new TextEncoder().encode('123456789'))).toBe(0xc78ab0e5)
  })
})
