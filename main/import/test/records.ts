import protobuf from 'protobufjs/light.js'
import { maskedCrc32c } from '../crc32c.ts'

/** A TFRecord. @param length  What its head claims; by default the truth. */
export function recordBytes(data: Uint8Array, length: number = data.length): Buffer {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(BigInt(length))
  head.writeUInt32LE(maskedCrc32c(head, 0, 8), 8)
  const foot = Buffer.alloc(4)
  foot.writeUInt32LE(maskedCrc32c(data))
  return Buffer.concat([head, data, foot])
}

const root = protobuf.Root.fromJSON({
  nested: {
    Value: { fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } } },
    Summary: { fields: { value: { rule: 'repeated', type: 'Value', id: 1 } } },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
    Event: {
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
  },
})
const event = root.lookupType('Event')

export interface MadeEvent {
  /** Seconds. */
  readonly wallTime: number
  readonly step?: number
  readonly fileVersion?: string
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] }
  readonly sessionLog?: { readonly status: number }
}

/** An event file, as `protobufjs` writes it. */
export function eventFile(events: readonly MadeEvent[]): Buffer {
  return Buffer.concat(events.map((made) => recordBytes(event.encode(event.fromObject(made)).finish())))
}

/** One value of one tag. */
export function scalar(tag: string, step: number, value: number): MadeEvent {
  return { wallTime: 1000 + step, step, summary: { value: [{ tag, simpleValue: value }] } }
}
