import { eachField, endOf, readerOf, readInt64, skipBytes } from './proto-reader.ts'
import type { Reader } from './proto-reader.ts'
import { brainNumber, halfNumber } from './small-floats.ts'

/** What one value of a summary is. */
export type ValueKind = 'scalar' | 'histogram' | 'image' | 'audio' | 'tensor' | 'none'

/** Receives what an event says. The same object is handed over again and again: copy what is to stay. */
export interface EventSink {
  /** `version` is null where the event has none; `isStart` where a session of training begins with it. */
  event(event: { readonly wallMs: number; readonly step: number; readonly version: string | null; readonly isStart: boolean; readonly hasSummary: boolean; readonly hasGraph: boolean }): void
  value(value: SummaryValue): void
}

/** One value of a summary. */
export interface SummaryValue {
  tag: string
  kind: ValueKind
  /** Of a scalar. */
  number: number
  /** Name of the plugin that it was written for; empty where the value does not say. */
  plugin: string
  /** What the plugin keeps in there. */
  content: Uint8Array
}

const nothing = new Uint8Array(0)
/** TensorFlow's numbers of floating-point types. */
const dtypes = { float: 1, double: 2, bfloat16: 14, half: 19 } as const
const sessionStart = 1

/**
 * Reads an `Event` of TensorFlow (`core/util/event.proto`), in the order in which a reader wants it: first the event, then the values of its summary.
 *
 * Scalars come as `simple_value` (TensorFlow 1, PyTorch) or as a tensor of one number, of float, double, half or bfloat16 (TensorFlow 2).
 *
 * @throws RangeError or Error for bytes that are no event.
 */
export function readEvent(bytes: Uint8Array, range: { readonly start: number; readonly end: number }, sink: EventSink): void {
  const reader = readerOf(bytes, range.start, range.end)
  const event = { wallMs: 0, step: 0, version: null as string | null, isStart: false, hasSummary: false, hasGraph: false }
  let [summaryStart, summaryEnd] = [0, 0]
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    switch (tag) {
      case 0x09:
        event.wallMs = reader.double() * 1000
        break
      case 0x10:
        event.step = readInt64(reader)
        break
      case 0x1a:
        event.version = reader.string()
        break
      case 0x22:
      case 0x4a:
        event.hasGraph = true
        skipBytes(reader)
        break
      case 0x2a: {
        const length = reader.uint32()
        event.hasSummary = true
        summaryStart = reader.pos
        summaryEnd = reader.pos + length
        reader.skip(length)
        break
      }
      case 0x3a:
        event.isStart = isSessionStart(reader)
        break
      default:
        reader.skipType(tag & 7)
    }
  }
  sink.event(event)
  if (!event.hasSummary) return
  const summary = readerOf(bytes, summaryStart, summaryEnd)
  while (summary.pos < summary.len) {
    const tag = summary.uint32()
    if (tag === 0x0a) sink.value(readValue(summary))
    else summary.skipType(tag & 7)
  }
}

const value: SummaryValue = { tag: '', kind: 'none', number: 0, plugin: '', content: nothing }

function readValue(reader: Reader): SummaryValue {
  const end = endOf(reader)
  value.tag = ''
  value.kind = 'none'
  value.plugin = ''
  value.content = nothing
  while (reader.pos < end) {
    const tag = reader.uint32()
    switch (tag) {
      case 0x0a:
        value.tag = reader.string()
        break
      case 0x15:
        value.kind = 'scalar'
        value.number = reader.float()
        break
      case 0x22:
        value.kind = 'image'
        skipBytes(reader)
        break
      case 0x2a:
        value.kind = 'histogram'
        skipBytes(reader)
        break
      case 0x32:
        value.kind = 'audio'
        skipBytes(reader)
        break
      case 0x42:
        readTensor(reader)
        break
      case 0x4a:
        readMetadata(reader)
        break
      default:
        reader.skipType(tag & 7)
    }
  }
  if (reader.pos !== end) throw new RangeError('a value of a summary runs over its end')
  return value
}

/** A tensor of one floating-point number is a scalar, whatever its shape says; anything else stays a tensor. */
function readTensor(reader: Reader): void {
  const end = endOf(reader)
  let dtype = 0
  let content: Uint8Array | null = null
  let numbers = 0
  let number = 0
  const add = (next: number) => {
    numbers++
    number = next
  }
  const repeated = (isPacked: boolean, read: () => number) => {
    if (!isPacked) return add(read())
    const last = endOf(reader)
    while (reader.pos < last) add(read())
  }
  while (reader.pos < end) {
    const tag = reader.uint32()
    switch (tag) {
      case 0x08:
        dtype = reader.uint32()
        break
      case 0x22:
        content = reader.bytes()
        break
      case 0x2a:
      case 0x2d:
        repeated(tag === 0x2a, () => reader.float())
        break
      case 0x32:
      case 0x31:
        repeated(tag === 0x32, () => reader.double())
        break
      case 0x6a:
      case 0x68:
        repeated(tag === 0x6a, () => reader.uint32())
        break
      default:
        reader.skipType(tag & 7)
    }
  }
  if (reader.pos !== end) throw new RangeError('a tensor runs over its end')
  value.kind = 'tensor'
  const read = content === null ? (numbers === 1 ? ofNumber(dtype, number) : null) : ofBytes(dtype, content)
  if (read === null) return
  value.kind = 'scalar'
  value.number = read
}

function ofNumber(dtype: number, number: number): number | null {
  if (dtype === dtypes.half) return halfNumber(number)
  if (dtype === dtypes.bfloat16) return brainNumber(number)
  return dtype === dtypes.float || dtype === dtypes.double ? number : null
}

function ofBytes(dtype: number, bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (dtype === dtypes.float && bytes.length === 4) return view.getFloat32(0, true)
  if (dtype === dtypes.double && bytes.length === 8) return view.getFloat64(0, true)
  if (dtype === dtypes.half && bytes.length === 2) return halfNumber(view.getUint16(0, true))
  return dtype === dtypes.bfloat16 && bytes.length === 2 ? brainNumber(view.getUint16(0, true)) : null
}

/** `SummaryMetadata.plugin_data`. */
function readMetadata(reader: Reader): void {
  eachField(reader, (tag) => {
    if (tag !== 0x0a) return false
    eachField(reader, (inner) => {
      if (inner === 0x0a) value.plugin = reader.string()
      else if (inner === 0x12) value.content = reader.bytes()
      else return false
      return true
    })
    return true
  })
}

function isSessionStart(reader: Reader): boolean {
  let isStart = false
  eachField(reader, (tag) => {
    if (tag !== 0x08) return false
    isStart = reader.uint32() === sessionStart
    return true
  })
  return isStart
}
