import { LoupeError } from '../contract/errors.ts'
import { z } from '../contract/zod.ts'
import type { ElementType, HostArray } from '../tensorflow/runtime.ts'
import type { Checkpoint } from './trainer.ts'

/**
 * A checkpoint as one run of bytes:
 *
 *     'LOUPECKP'   8 bytes
 *     version      uint32, little-endian; 1
 *     header       uint32 length in bytes, then that much JSON in UTF-8
 *     arrays       each at the next multiple of 8 from the start, little-endian, in the order and sizes the header gives
 *
 * The header holds everything but the numbers of the variables, so a checkpoint can be looked into without reading them.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { variables, ...rest } = checkpoint
  const entries = Object.entries(variables)
  const described = entries.map(([name, { shape, type }]) => ({ name, shape, type }))
  const header = new TextEncoder().encode(JSON.stringify({ ...rest, variables: described }))
  const start = aligned(PREFIX_BYTES + header.length)
  const bytes = new Uint8Array(entries.reduce((sum, [, { values }]) => sum + aligned(values.byteLength), start))
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(MAGIC))
  view.setUint32(8, VERSION, true)
  view.setUint32(12, header.length, true)
  bytes.set(header, PREFIX_BYTES)
  let offset = start
  for (const [, { values }] of entries) {
    bytes.set(littleEndian(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), values.BYTES_PER_ELEMENT), offset)
    offset += aligned(values.byteLength)
  }
  return bytes
}

/**
 * Reads what {@link encodeCheckpoint} wrote. The arrays are copies.
 *
 * @throws LoupeError `data-malformed` for what is not a whole checkpoint, `unsupported` for a version that this Loupe does
 *   not read; both say what was found.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const header = decodeCheckpointHeader(bytes)
  const { variables: described, ...rest } = header
  const variables: Record<string, HostArray> = {}
  let offset = aligned(PREFIX_BYTES + headerLength(bytes))
  for (const { name, shape, type } of described) {
    const length = shape.reduce((product, size) => product * size, 1)
    const byteLength = length * BYTES[type]
    if (offset + byteLength > bytes.length) {
      throw malformed(`It ends at byte ${bytes.length}, within ${name}, expected ${offset + byteLength} bytes or more`, { name, bytes: bytes.length })
    }
    variables[name] = { shape, type, values: readValues(bytes.slice(offset, offset + byteLength), type) }
    offset += aligned(byteLength)
  }
  return { ...rest, variables }
}

/**
 * Reads all but the numbers of the variables, for which the beginning of the file is enough: {@link HEADER_AT} bytes and then as many as
 * {@link headerLength} says.
 *
 * @throws LoupeError as {@link decodeCheckpoint}
 */
export function decodeCheckpointHeader(bytes: Uint8Array): CheckpointHeader {
  const magic = new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length))
  if (magic !== MAGIC || bytes.length < PREFIX_BYTES) {
    throw malformed(`It begins with ${JSON.stringify(magic)} and has ${bytes.length} bytes, expected "${MAGIC}"`, { found: magic, bytes: bytes.length })
  }
  const version = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(8, true)
  if (version !== VERSION) {
    throw new LoupeError('unsupported', `The checkpoint has version ${version}, this Loupe reads version ${VERSION}. Resume with the Loupe that wrote it.`, { version, expected: VERSION })
  }
  return parseHeader(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerLength(bytes)))
}

/** Bytes of the header of a file, by its first bytes. */
export function headerLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(12, true)
}

const MAGIC = 'LOUPECKP'
const VERSION = 1
const PREFIX_BYTES = 16
/** Where the header begins. */
export const HEADER_AT = PREFIX_BYTES
const BYTES: Readonly<Record<ElementType, number>> = { float32: 4, int32: 4, uint8: 1, bool: 1 }

const word = z.int().min(0).max(2 ** 32 - 1)
const header = z.object({
  step: z.int().min(0),
  examples: z.int().min(0),
  wallMs: z.number().min(0),
  functionEvaluations: z.int().min(0),
  state: z.record(z.string(), z.unknown()),
  random: z.tuple([word, word, word, word]),
  variables: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)), type: z.enum(['float32', 'int32', 'uint8', 'bool']) })),
})

export type CheckpointHeader = z.output<typeof header>

function parseHeader(bytes: Uint8Array): CheckpointHeader {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed(`Its header of ${bytes.length} bytes is not JSON`, { bytes: bytes.length }, cause)
  }
  const result = header.safeParse(parsed)
  if (result.success) return result.data
  throw malformed(`Its header does not fit: ${z.prettifyError(result.error)}`, {}, result.error)
}

function readValues(bytes: Uint8Array, type: ElementType): HostArray['values'] {
  const native = littleEndian(bytes, BYTES[type])
  switch (type) {
    case 'float32':
      return new Float32Array(native.buffer, native.byteOffset, native.byteLength / 4)
    case 'int32':
      return new Int32Array(native.buffer, native.byteOffset, native.byteLength / 4)
    case 'uint8':
    case 'bool':
      return native
  }
}

/** Turns native byte order into little-endian and back: the same bytes on every machine that Loupe has been run on. */
function littleEndian(bytes: Uint8Array, wordBytes: number): Uint8Array {
  if (wordBytes === 1 || new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes
  const swapped = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) swapped[i] = bytes[i - (i % wordBytes) + (wordBytes - 1 - (i % wordBytes))] ?? 0
  return swapped
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}

function malformed(found: string, facts: Readonly<Record<string, unknown>>, cause?: unknown): LoupeError {
  return new LoupeError('data-malformed', `This is not a whole checkpoint. ${found}. Resume from an earlier one.`, facts, cause === undefined ? undefined : { cause })
}
