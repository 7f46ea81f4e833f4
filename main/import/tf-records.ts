import { open } from 'node:fs/promises'
import { maskedCrc32c } from './crc32c.ts'

/** Length as uint64, its checksum; behind the data their checksum. All little-endian. */
const headerBytes = 12
const footerBytes = 4
const chunkBytes = 4 * 1024 * 1024
/** Records over this are passed over unread: no scalar takes so much. */
export const mostRecordBytes = 64 * 1024 * 1024

/** Whatever of a file could not be read; offsets are those of the record's first byte. */
export type RecordFault =
  /** The data's checksum is wrong; the records behind it are read. */
  | { readonly kind: 'garbled-record'; readonly offset: number }
  /** The length's checksum is wrong, so nobody knows where the next record begins: the rest of the file is not read. */
  | { readonly kind: 'garbled-rest'; readonly offset: number; readonly bytes: number }
  /** The file ends within a record, as it does while one is being written. */
  | { readonly kind: 'truncated-tail'; readonly offset: number; readonly bytes: number }
  | { readonly kind: 'large-record'; readonly offset: number }

export interface RecordsOptions {
  readonly path: string
  /** The data lie in `bytes` from `start` up to `end`, and are gone after the call. `offset` is the record's in the file. */
  readonly onRecord: (bytes: Uint8Array, start: number, end: number, offset: number) => void
  readonly onFault: (fault: RecordFault) => void
  /** Bytes read since the last call. */
  readonly onBytes?: (bytes: number) => void
  readonly signal?: AbortSignal
}

/**
 * Reads a TFRecord file from its start, every checksum checked, in pieces of 4 MiB, so that other work goes on between them.
 *
 * A file that ends within a record is read up to there, as TensorBoard does: it may still be written.
 *
 * @throws what the file system throws, and the signal's reason.
 */
export async function readRecords({ path, onRecord, onFault, onBytes, signal }: RecordsOptions): Promise<void> {
  const file = await open(path, 'r')
  try {
    const fileBytes = (await file.stat()).size
    let buffer = Buffer.allocUnsafe(chunkBytes)
    /** Place in the file of the buffer's first byte, and how many bytes of it are there. */
    let [base, filled] = [0, 0]
    for (;;) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, base + filled)
      onBytes?.(bytesRead)
      filled += bytesRead
      let at = 0
      let wanted = 0
      while (filled - at >= headerBytes) {
        if (maskedCrc32c(buffer, at, at + 8) !== buffer.readUInt32LE(at + 8)) return onFault({ kind: 'garbled-rest', offset: base + at, bytes: fileBytes - base - at })
        const length = buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 2 ** 32
        const whole = headerBytes + length + footerBytes
        if (filled - at < whole) {
          wanted = whole
          break
        }
        const start = at + headerBytes
        if (maskedCrc32c(buffer, start, start + length) === buffer.readUInt32LE(start + length)) onRecord(buffer, start, start + length, base + at)
        else onFault({ kind: 'garbled-record', offset: base + at })
        at += whole
      }
      if (wanted > mostRecordBytes && base + at + wanted <= fileBytes) {
        onFault({ kind: 'large-record', offset: base + at })
        base += at + wanted
        filled = 0
        continue
      }
      if (bytesRead === 0) {
        if (filled > at) onFault({ kind: 'truncated-tail', offset: base + at, bytes: filled - at })
        return
      }
      // A claim beyond the end of the file takes no more memory than the file has.
      const room = Math.max(chunkBytes, Math.min(wanted, fileBytes - base - at + 1, mostRecordBytes))
      const rest = buffer.subarray(at, filled)
      if (room > buffer.length) {
        const larger = Buffer.allocUnsafe(room)
        larger.set(rest)
        buffer = larger
      } else buffer.copyWithin(0, at, filled)
      base += at
      filled = rest.length
    }
  } finally {
    await file.close()
  }
}
