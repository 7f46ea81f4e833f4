import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RandomStream } from './test/random-stream.ts'
import { recordBytes } from './test/records.ts'
import { readRecords } from './tf-records.ts'
import type { RecordFault } from './tf-records.ts'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'loupe-records-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function read(bytes: Uint8Array): Promise<{ readonly records: string[]; readonly faults: RecordFault[]; readonly bytesRead: number }> {
  const path = join(folder, 'file')
  writeFileSync(path, bytes)
  const records: string[] = []
  const faults: RecordFault[] = []
  let bytesRead = 0
  await readRecords({ path, onRecord: (buffer, start, end) => void records.push(Buffer.from(buffer.subarray(start, end)).toString('latin1').slice(0, 20)), onFault: (fault) => void faults.push(fault), onBytes: (more) => void (bytesRead += more) })
  return { records, faults, bytesRead }
}
const file = (...texts: readonly string[]) => Buffer.concat(texts.map((text) => recordBytes(Buffer.from(text, 'latin1'))))

describe('a file of records', () => {
  it('is read in order, and nothing else is said of it', async () => {
    expect(await read(file('one', '', 'three'))).toEqual({ records: ['one', '', 'three'], faults: [], bytesRead: 3 * 16 + 8 })
    expect(await read(new Uint8Array(0))).toEqual({ records: [], faults: [], bytesRead: 0 })
  })

  it('that ends within a record is read up to there, wherever it is cut', async () => {
    const whole = file('one', 'two')
    for (let length = 20; length < 38; length++) {
      const { records, faults } = await read(whole.subarray(0, length))
      expect(records).toEqual(['one'])
      expect(faults).toEqual(length === 19 ? [] : [{ kind: 'truncated-tail', offset: 19, bytes: length - 19 }])
    }
  })

  it('goes on behind a record whose data are garbled', async () => {
    const bytes = file('one', 'two', 'three')
    bytes[19 + 13]! ^= 1
    expect(await read(bytes)).toMatchObject({ records: ['one', 'three'], faults: [{ kind: 'garbled-record', offset: 19 }] })
  })

  it('stops where a length is garbled, for nobody knows where the next record is', async () => {
    const bytes = file('one', 'two', 'three')
    bytes[19]! ^= 1
    expect(await read(bytes)).toMatchObject({ records: ['one'], faults: [{ kind: 'garbled-rest', offset: 19, bytes: 40 }] })
    expect(await read(Buffer.alloc(64))).toMatchObject({ records: [], faults: [{ kind: 'garbled-rest', offset: 0, bytes: 64 }] })
  })

  it('may claim any length: what the file does not have is a tail that is not there yet', async () => {
    const claim = recordBytes(Buffer.from('x'), 2 ** 50)
    expect(await read(Buffer.concat([file('one'), claim]))).toMatchObject({ records: ['one'], faults: [{ kind: 'truncated-tail', offset: 19 }] })
  })

  it('is read over the borders of its pieces, with records larger than one', async () => {
    const large = 'y'.repeat(9_000_000)
    expect((await read(file('one', large, 'x'.repeat(4_194_000), 'two', 'three'))).records).toEqual(['one', 'y'.repeat(20), 'x'.repeat(20), 'two', 'three'])
  })

  it('has records over 64 MiB passed over, and those behind them read', async () => {
    const { records, faults } = await read(file('one', 'z'.repeat(68_000_000), 'two'))
    expect(records).toEqual(['one', 'two'])
    expect(faults).toEqual([{ kind: 'large-record', offset: 19 }])
  })

  it('never makes the reader fail or hang, whatever its bytes are', async () => {
    const random = new RandomStream(7)
    for (let round = 0; round < 300; round++) {
      const bytes = file(...Array.from({ length: 1 + random.below(5) }, () => 'r'.repeat(random.below(40))))
      const count = bytes.length
      for (let damage = 0; damage <= random.below(4); damage++) bytes[random.below(count)] = random.below(256)
      const cut = bytes.subarray(0, random.below(count + 1))
      const { bytesRead, faults } = await read(cut)
      expect(bytesRead).toBe(cut.length)
      expect(faults.length).toBeLessThan(10)
    }
  })

  it('stops when it is told to', async () => {
    const path = join(folder, 'stopped')
    writeFileSync(path, file('one'))
    await expect(readRecords({ path, onRecord: () => {}, onFault: () => {}, signal: AbortSignal.abort() })).rejects.toThrow()
  })
})
