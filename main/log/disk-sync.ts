import { closeSync, fsync, fsyncSync, openSync } from 'node:fs'
import { LoupeError } from '../contract/errors.ts'

/**
 * Brings a file that others write to onto the disk, without keeping the caller: an `fsync` takes 4 ms and more, and the thread that drives
 * training has a TensorFlow call of 4 ms to look after.
 *
 * Of the log it is the write-ahead log, the one of its files on which SQLite holds no POSIX lock: such locks would be lost when a second
 * descriptor of the file is closed.
 */
export class DiskSync {
  readonly #path: string
  #file: number | null = null
  /** Writes so far, and as many of them as are on the disk. */
  #writes = 0
  #synced = 0
  #isSyncing = false
  #isClosed = false

  constructor(path: string) {
    this.#path = path
  }

  /** Something was written: the disk is asked for it in the background. */
  written(): void {
    this.#writes += 1
    this.#start()
  }

  /** Waits until all that was written is on the disk. @throws LoupeError `disk-full` where it does not take it. */
  settle(): void {
    if (this.#synced === this.#writes) return
    try {
      fsyncSync(this.#open())
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new LoupeError('disk-full', `The disk did not take ${this.#path} (${reason}). Look at the disk, and free some room; it is asked again then.`, { path: this.#path, reason }, { cause: error })
    }
    this.#synced = this.#writes
  }

  /** Lets the file go, once the disk has answered. */
  close(): void {
    this.#isClosed = true
    if (this.#isSyncing || this.#file === null) return
    closeSync(this.#file)
    this.#file = null
  }

  #start(): void {
    if (this.#isSyncing || this.#isClosed) return
    let file: number
    try {
      file = this.#open()
    } catch {
      return // told to the next who waits
    }
    const writes = this.#writes
    this.#isSyncing = true
    fsync(file, (error) => {
      this.#isSyncing = false
      // A disk that does not take it says so to the next who waits.
      if (error === null) this.#synced = Math.max(this.#synced, writes)
      if (this.#isClosed) this.close()
      else if (error === null && this.#synced < this.#writes) this.#start()
    })
  }

  #open(): number {
    // To write, though nothing is: Windows syncs no other.
    return (this.#file ??= openSync(this.#path, 'r+'))
  }
}
