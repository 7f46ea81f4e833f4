import { LoupeError } from '../contract/errors.ts'
import type { CApi, Pointer } from './c-api.ts'
import { acquired, released } from './live-objects.ts'
import { lostWorker } from './lost-worker.ts'
import type { RemoteSession } from './lost-worker.ts'

/** Names of TensorFlow's status codes (`tsl/platform/status.h`). */
const statusNames: Readonly<Record<number, string>> = {
  1: 'CANCELLED',
  2: 'UNKNOWN',
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  15: 'DATA_LOSS',
  16: 'UNAUTHENTICATED',
}

/**
 * Calls TensorFlow with a status, and throws where it comes back with anything but OK.
 *
 * @param doing  What was tried, for the message: `Running step "train"`.
 * @throws LoupeError  See {@link statusError}.
 */
export function checked<T>(api: CApi, doing: string, call: (status: Pointer) => T): T {
  const status = acquired(api.newStatus())
  try {
    const result = call(status)
    throwUnlessOk(api, status, doing)
    return result
  } finally {
    api.deleteStatus(released(status))
  }
}

/** @throws LoupeError  See {@link statusError}. */
export function throwUnlessOk(api: CApi, status: Pointer, doing: string, remote: RemoteSession | null = null): void {
  const code = api.statusCode(status)
  if (code !== 0) throw statusError(code, api.statusMessage(status), doing, remote)
}

/**
 * Turns a status into an error: `out-of-memory` for RESOURCE_EXHAUSTED, `worker-lost` where a call to a cluster found one gone, else
 * `tensorflow` with the status' name.
 */
export function statusError(code: number, message: string, doing: string, remote: RemoteSession | null = null): LoupeError {
  const status = statusNames[code] ?? `code ${code}`
  const facts = { status, doing, detail: message }
  if (status === 'RESOURCE_EXHAUSTED') {
    return new LoupeError('out-of-memory', `${doing} ran out of memory. Use a smaller batch or model, or run fewer at once. TensorFlow says: ${firstLine(message)}`, facts)
  }
  const lost = remote === null ? null : lostWorker({ status, message, doing, remote })
  if (lost !== null) return lost
  return new LoupeError('tensorflow', `${doing} failed in TensorFlow with ${status}: ${firstLine(message)}`, facts)
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message
}
