import { LoupeError } from '../contract/errors.ts'

/** What a session's calls go to where that is another process: a worker's TensorFlow server, and through it those of its cluster. */
export interface RemoteSession {
  /** Such as `grpc://127.0.0.1:7171`. */
  readonly target: string
  readonly callTimeoutMs: number
}

/** Job of a cluster's workers, in the names of their devices. */
export const workerJob = 'worker'

/** TensorFlow's name of a worker's device. */
export function workerDevice(worker: number, device = '/device:CPU:0'): string {
  return `/job:${workerJob}/task:${worker}${device}`
}

const lostStatuses: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'ABORTED', 'CANCELLED'])

export interface FailedCall {
  readonly status: string
  readonly message: string
  /** What was tried: `Running step "train"`. */
  readonly doing: string
  readonly remote: RemoteSession
}

/**
 * The error of a call that ended because a worker is gone or hangs; null where a status tells of something else.
 *
 * The worker is named where TensorFlow's message has its name. A call that took too long names none: which one hangs, only
 * its heartbeat tells.
 */
export function lostWorker({ status, message, doing, remote }: FailedCall): LoupeError | null {
  if (!lostStatuses.has(status)) return null
  const worker = workerIn(message)
  const facts = { status, doing, worker, target: remote.target, detail: message }
  if (status === 'DEADLINE_EXCEEDED') {
    return new LoupeError(
      'worker-lost',
      `${doing} took longer than ${remote.callTimeoutMs / 1000} s: a worker hangs, or needs more time. See which one answers no more, or allow a call more time, then go on from the last checkpoint.`,
      { ...facts, callTimeoutMs: remote.callTimeoutMs },
    )
  }
  const who = worker === null ? 'a worker' : `worker ${worker}`
  return new LoupeError('worker-lost', `${doing} failed because ${who} is gone (${status}: ${reasonIn(message)}). Start \`loupe worker\` there again, then go on from the last checkpoint.`, facts)
}

/** The worker that a message of TensorFlow blames: the one that another could not get a tensor from, else the one that was called in vain. */
function workerIn(message: string): number | null {
  const name = String.raw`/job:${workerJob}/replica:\d+/task:(\d+)`
  const patterns = [`remote target ${name} while calling /tensorflow.WorkerService/RecvTensor`, `remote target ${name}`, name]
  const found = patterns.map((pattern) => new RegExp(pattern).exec(message)?.[1]).find((task) => task !== undefined)
  return found === undefined ? null : Number(found)
}

/** The first line of a message that tells more than which worker sent it. */
function reasonIn(message: string): string {
  return message.split('\n').find((line) => line.trim() !== '' && !/^From \/job:|^Additional GRPC/.test(line)) ?? message
}
