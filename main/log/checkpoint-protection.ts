import type { StayReason } from '../contract/checkpoint-browser.ts'
import type { Status } from '../contract/records.ts'

/** What decides whether a checkpoint may be deleted at all. */
export interface Guarded {
  readonly runStatus: Status
  /** Of its run's study; null for a single run. */
  readonly studyStatus: Status | null
  /** Whether it is that of the greatest step of its run. */
  readonly isNewest: boolean
  /** Whether a run that waits or trains begins from the weights of this one's run. */
  readonly isStart: boolean
  readonly isKept: boolean
}

export interface PruneOptions {
  /** Also the newest of runs that can be resumed. */
  readonly isForced: boolean
  /** Also those that the user keeps. */
  readonly includesKept: boolean
}

/**
 * Why a checkpoint must stay, whatever rules say; null where it may go.
 *
 * A run of a study that goes on, and that has not come to its end, counts as one that waits: the study asks for it again.
 */
export function protectionOf({ runStatus, studyStatus, isNewest, isStart, isKept }: Guarded, { isForced, includesKept }: PruneOptions): StayReason | null {
  if (isActive(runStatus) || (runStatus !== 'finished' && studyStatus !== null && isActive(studyStatus))) return 'training'
  if (isStart && isNewest) return 'start'
  if (isNewest && runStatus !== 'finished' && !isForced) return 'resumable'
  if (isKept && !includesKept) return 'kept'
  return null
}

function isActive(status: Status): boolean {
  return status === 'running' || status === 'queued'
}
