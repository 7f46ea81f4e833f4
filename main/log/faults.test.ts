import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { takeBackLastMigration } from './older-log.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { batchLoss, namedRun, temporaryWorkspace } from './temporary-log.ts'

interface Writer {
  readonly pid: number
  /** What it said on standard error. */
  readonly complaints: () => string
  /** Resolves with the last acknowledged line when the process is gone. */
  readonly gone: Promise<string>
  readonly acknowledgedSome: Promise<void>
  kill(): void
}

function startWriter(workspace: string): Writer {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fault-child.ts'), workspace], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  let acknowledge = (): void => undefined
  const acknowledgedSome = new Promise<void>((resolve) => (acknowledge = resolve))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.includes('\n')) acknowledge()
  })
  const gone = new Promise<string>((resolve) => child.on('close', () => resolve(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1) ?? '')))
  return { pid: child.pid ?? 0, complaints: () => complaints, gone, acknowledgedSome, kill: () => void child.kill('SIGKILL') }
}

function integrity(workspace: string): string {
  const db = new Database(join(workspace, 'loupe.db'), { readonly: true })
  const answer = String(db.pragma('integrity_check', { simple: true }))
  db.close()
  return answer
}

describe('a writer that is killed', () => {
  it('has lost no acknowledged row, leaves a sound log, and the next one takes over', async () => {
    using workspace = temporaryWorkspace()
    for (let round = 0; round < 5; round++) {
      const writer = startWriter(workspace.folder)
      await writer.acknowledgedSome
      await new Promise((resolve) => setTimeout(resolve, 20 + 37 * round))
      writer.kill()
      const [runId = '', step = ''] = (await writer.gone).split(' ')
      const acknowledged = Number(step)
      expect(acknowledged).toBeGreaterThan(0)

      const log = openLogWriter({ workspace: workspace.folder })
      const [losses, sizes] = log.series({ runIds: [runId], keys: ['train/batch-loss', 'armijo/step-size'], maxPoints: 2, from: null, to: null })
      expect(losses?.total).toBeGreaterThanOrEqual(acknowledged)
      // A transaction is there whole or not at all, so both metrics of a step are.
      expect(sizes?.total).toBe(losses?.total)
      expect(losses?.step.at(-1)).toBe(losses?.total)
      expect(log.run(runId).status).toBe('interrupted')
      for (const checkpoint of log.checkpoints(runId)) expect(log.checkpointBytes(checkpoint.id)[0]).toBe(checkpoint.step % 251)
      log.close()
      expect(integrity(workspace.folder)).toBe('ok')
    }
  })

  it('is named to a second writer as long as it lives, and a reader reads beside it', async () => {
    using workspace = temporaryWorkspace()
    const writer = startWriter(workspace.folder)
    await writer.acknowledgedSome
    expect(() => openLogWriter({ workspace: workspace.folder })).toThrow(expect.objectContaining({ code: 'conflict', facts: expect.objectContaining({ pid: writer.pid, owner: 'fault-child' }) }))
    const reader = openLogReader({ workspace: workspace.folder })
    expect(reader.run('run-1').status).toBe('running')
    reader.close()
    writer.kill()
    await writer.gone
    openLogWriter({ workspace: workspace.folder }).close()
  })
})

describe('writers that start at the same time', () => {
  it('are one in the end: the others are refused and name it', async () => {
    using workspace = temporaryWorkspace()
    const writers = [1, 2, 3].map(() => startWriter(workspace.folder))
    const lost = [await Promise.race(writers.map(async (writer) => (await writer.gone, writer)))]
    lost.push(await Promise.race(writers.filter((writer) => !lost.includes(writer)).map(async (writer) => (await writer.gone, writer))))
    const [holder] = writers.filter((writer) => !lost.includes(writer))
    for (const writer of lost) expect(writer.complaints()).toContain(`in use by fault-child (process ${holder?.pid ?? ''} on `)
    await holder?.acknowledgedSome
    holder?.kill()
    await holder?.gone
    expect(integrity(workspace.folder)).toBe('ok')
  })
})

/** A disk of 3 MB of our own, where this system lets us have one. */
function smallDisk(): (Disposable & { readonly folder: string }) | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const folder = mkdtempSync(join(tmpdir(), 'loupe-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    return null
  }
  return {
    folder,
    [Symbol.dispose]: () => {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    },
  }
}

describe('a full disk', () => {
  it('stops nothing: rows wait, the log says why, and writes them when there is room', async ({ skip }) => {
    using disk = smallDisk()
    if (disk === null) return skip('mounting a small disk needs root on Linux')
    const ballast = join(disk.folder, 'ballast')
    writeFileSync(ballast, Buffer.alloc(2_000_000))
    const log = openLogWriter({ workspace: disk.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    let steps = 0
    while (log.health === null && steps < 400_000) {
      log.appendMetrics(run.id, Array.from({ length: 4000 }, () => batchLoss(++steps, Math.sin(steps))))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(log.health?.code).toBe('disk-full')
    expect(log.health?.message).toContain('Free some room')
    expect(() => log.flush()).toThrow(LoupeError)
    expect(() => log.updateRun(run.id, { status: 'paused' })).toThrow(expect.objectContaining({ code: 'disk-full' }))
    expect(() => log.saveCheckpoint(run.id, { step: 1, examples: 64, bytes: new Uint8Array(2_000_000), keep: 1 })).toThrow(expect.objectContaining({ code: 'disk-full' }))
    expect(readdirSync(join(disk.folder, 'checkpoints', run.id))).toEqual([])
    log.appendMetrics(run.id, [batchLoss(++steps, 1)])

    rmSync(ballast)
    await expect.poll(() => log.health, { timeout: 10_000 }).toBeNull()
    expect(log.stepTotal(run.id, 'train/batch-loss').count).toBe(steps)
    expect(log.events({ studyId: null, runId: null, limit: 1, offset: 0 })).toEqual([])
    log.close()
    expect(integrity(disk.folder)).toBe('ok')
  })

  it('is told before a log is brought forward, and the log stays as it is', ({ skip }) => {
    using disk = smallDisk()
    if (disk === null) return skip('mounting a small disk needs root on Linux')
    const log = openLogWriter({ workspace: disk.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, Array.from({ length: 15_000 }, (_, step) => ({ ...batchLoss(step, step), key: 'train/loss' })))
    log.close()
    const db = new Database(join(disk.folder, 'loupe.db'))
    takeBackLastMigration(db)
    db.close()
    writeFileSync(join(disk.folder, 'ballast'), Buffer.alloc(1_900_000))
    expect(() => openLogWriter({ workspace: disk.folder })).toThrow(expect.objectContaining({ code: 'disk-full', message: expect.stringContaining('nothing was changed') }))
    rmSync(join(disk.folder, 'ballast'))
    const later = openLogWriter({ workspace: disk.folder })
    expect(later.run(run.id).key).toBe('a')
    later.close()
  })
})
