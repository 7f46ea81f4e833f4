import { expect, it } from 'vitest'
import { requireHash, sha256, sourceHash } from './content-hash.ts'

const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

it('hashes as FIPS 180-4 has it, and several files in their order', () => {
  expect(sha256(Buffer.from('abc'))).toBe(abc)
  expect(sourceHash([abc])).toBe(sha256(Buffer.from(abc)))
  expect(sourceHash(['1', '2'])).not.toBe(sourceHash(['2', '1']))
})

it('refuses a bundled file in which one bit has changed', () => {
  requireHash(Buffer.from('abc'), { file: 'digits.csv.gz', expected: abc })
  expect(() => requireHash(Buffer.from('abb'), { file: 'digits.csv.gz', expected: abc })).toThrow(
    expect.objectContaining({ code: 'data-malformed', message: expect.stringContaining(`digits.csv.gz: expected SHA-256 ${abc}, found `) }),
  )
})
