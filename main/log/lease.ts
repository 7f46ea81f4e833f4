import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Database } from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import { z } from '../contract/zod.ts'

/** How often the holder says that it lives. */
export const heartbeatMs = 5_000
/** A holder that has said nothing for so long is taken for dead. */
export const staleMs = 30_000

const row = z.object({ token: z.string(), pid: z.int(), host: z.string(), owner: z.string(), since: z.int(), heartbeat: z.int() })
type LeaseRow = z.output<typeof row>

export interface Lease {
  /** True where the writer before did not let go: it died, and what it left should be looked at. */
  readonly tookOver: boolean
  /** @throws LoupeError `conflict` where another writer has taken over. To be called inside each write transaction. */
  check(): void
  beat(now: number): void
  release(): void
  /** Lets go without saying that all is well: the next writer takes over and looks at every page. */
  abandon(): void
}

/**
 * Takes the one right to write to this log.
 *
 * Whoever holds it and lives keeps it. A holder whose process is gone from this host, or that has not said for 30 s that it
 * lives, is taken over; should it come back to life (a laptop that slept), its next write finds another token and is refused.
 *
 * @throws LoupeError `conflict` that names the holder.
 */
export function takeLease({ db, owner, now }: { db: Database; owner: string; now: number }): Lease {
  const token = randomUUID()
  const take = db.transaction((): boolean => {
    const found = db.prepare('SELECT token, pid, host, owner, since, heartbeat FROM lease WHERE id = 1').get()
    const holder = found === undefined ? null : row.parse(found)
    if (holder !== null && isAlive(holder, now)) throw held(holder)
    db.prepare('INSERT OR REPLACE INTO lease (id, token, pid, host, owner, since, heartbeat) VALUES (1, ?, ?, ?, ?, ?, ?)').run(
      token, process.pid, hostname(), owner, now, now,
    )
    return holder !== null
  })
  const tookOver = take.immediate()
  const mine = db.prepare('SELECT 1 FROM lease WHERE token = ?').pluck()
  const beat = db.prepare('UPDATE lease SET heartbeat = ? WHERE token = ?')
  const release = db.prepare('DELETE FROM lease WHERE token = ?')
  return {
    tookOver,
    check() {
      if (mine.get(token) === undefined) {
        const message = 'Another process has taken this workspace over, because this one did not answer for 30 s. Start again to go on.'
        throw new LoupeError('conflict', message, { pid: process.pid })
      }
    },
    beat(at) {
      beat.run(at, token)
    },
    release() {
      release.run(token)
    },
    abandon() {
      beat.run(0, token)
    },
  }
}

function isAlive(holder: LeaseRow, now: number): boolean {
  if (now - holder.heartbeat > staleMs) return false
  return holder.host !== hostname() || processExists(holder.pid)
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function held(holder: LeaseRow): LoupeError {
  const since = new Date(holder.since).toISOString()
  const what = `The workspace is in use by ${holder.owner} (process ${holder.pid} on ${holder.host}, since ${since}).`
  const message = `${what} Only one process may write to it: close that one, or open another workspace.`
  return new LoupeError('conflict', message, { pid: holder.pid, host: holder.host, owner: holder.owner, since: holder.since })
}
