import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { LoupeError } from '../../contract/errors.ts'
import { malformed } from './malformed.ts'

/** As many bytes as one file may hold, on disk or unpacked: as many as Node reads at once. */
export const MOST_FILE_BYTES = 2 ** 31 - 1

const gunzipAsync = promisify(gunzip)

/**
 * Reads a file as it is on disk.
 *
 * @throws LoupeError `not-found` where there is no such file, `unsupported` above 2 GiB or where it may not be read.
 */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new LoupeError('not-found', `There is no file ${file}. Check the path.`, { file }, { cause })
    if (code === 'ERR_FS_FILE_TOO_LARGE') {
      throw new LoupeError('unsupported', `${file} is larger than 2 GiB, the most that one file may hold. Use several IDX or NPY files.`, { file }, { cause })
    }
    throw new LoupeError('unsupported', `${file} cannot be read (${code}). Check what it is and who may read it.`, { file, code }, { cause })
  }
}

/**
 * Unpacks bytes that begin with gzip's mark (1f 8b), and returns any others as they are.
 *
 * @throws LoupeError `data-malformed` for a damaged stream, `unsupported` above 2 GiB unpacked, however small the file.
 */
export async function unpacked(bytes: Buffer, file: string, mostBytes = MOST_FILE_BYTES): Promise<Buffer> {
  if (bytes.length < 2 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return await gunzipAsync(bytes, { maxOutputLength: mostBytes })
  } catch (cause) {
    if (cause instanceof RangeError) throw new LoupeError('unsupported', `${file} unpacks to more than ${mostBytes} bytes, the most that one file may hold. Use a part of it.`, { file, most: mostBytes }, { cause })
    const found = cause instanceof Error ? cause.message : String(cause)
    const at = `byte ${bytes.length}`
    throw malformed({ file, at, expected: 'a whole gzip stream', found: `"${found}"`, advice: 'The file is truncated or damaged: fetch it again.', cause })
  }
}
