import { eachField, readerOf } from './proto-reader.ts'
import type { Reader } from './proto-reader.ts'

/** What the hparams plugin says at the start and at the end of a run. */
export interface HyperparameterData {
  readonly params: Readonly<Record<string, string | number>>
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  /** 1 success, 2 failure, 3 running; null where the run has not said how it ended. */
  readonly status: number | null
}

/**
 * Reads `HParamsPluginData` (`tensorboard/plugins/hparams/plugin_data.proto`): hyperparameters are at its session start, which may be one of many.
 *
 * @throws RangeError or Error for bytes that are none.
 */
export function readHyperparameters(bytes: Uint8Array): HyperparameterData {
  const reader = readerOf(bytes, 0, bytes.length)
  const params: Record<string, string | number> = Object.create(null)
  let startedAtMs: number | null = null
  let endedAtMs: number | null = null
  let status: number | null = null
  const readPair = () => {
    let name = ''
    let found: string | number | null = null
    eachField(reader, (tag) => {
      if (tag === 0x0a) name = reader.string()
      else if (tag === 0x12) found = readParam(reader)
      else return false
      return true
    })
    if (found !== null) params[name] = found
  }
  while (reader.pos < reader.len) {
    const part = reader.uint32()
    if (part === 0x1a) {
      eachField(reader, (tag) => {
        if (tag === 0x0a) readPair()
        else if (tag === 0x29) startedAtMs = reader.double() * 1000
        else return false
        return true
      })
    } else if (part === 0x22) {
      eachField(reader, (tag) => {
        if (tag === 0x08) status = reader.uint32()
        else if (tag === 0x11) endedAtMs = reader.double() * 1000
        else return false
        return true
      })
    } else reader.skipType(part & 7)
  }
  return { params, startedAtMs, endedAtMs, status }
}

/** A `google.protobuf.Value` that is a number, a text or yes or no; null for others. */
function readParam(reader: Reader): string | number | null {
  let found: string | number | null = null
  eachField(reader, (tag) => {
    if (tag === 0x11) found = reader.double()
    else if (tag === 0x1a) found = reader.string()
    else if (tag === 0x20) found = reader.bool() ? 'true' : 'false'
    else return false
    return true
  })
  return found
}
