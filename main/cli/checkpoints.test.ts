import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeMadeCheckpoints } from '../../test/support/demo/made-checkpoints.ts'
import { runConfig } from '../contract/run-config.ts'
import { openLogReader, openLogWriter } from '../log/open.ts'

const workspace = mkdtempSync(join(tmpdir(), 'loupe-checkpoints-'))
const program = resolve(import.meta.dirname, 'loupe.ts')

/** Runs the command line as a user would. */
function loupe(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly said: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [program, 'checkpoints', '--workspace', workspace, ...args], (error, out, said) => done({ code: typeof error?.code === 'number' ? error.code : 0, out, said }))
  })
}

beforeAll(() => {
  const log = openLogWriter({ workspace, now: () => 1_700_000_000_000 })
  for (const name of ['first', 'second']) {
    const run = log.createRun({ studyId: null, key: '', config: runConfig.parse({ name }) })
    log.appendMetrics(run.id, [50, 200].map((step) => ({ key: 'validation/accuracy' as const, step, examples: 64 * step, wallMs: 1, value: 0.5 + step / 1000 })))
    writeMadeCheckpoints(log, { runIds: [run.id], steps: [100, 200, 300] })
    log.updateRun(run.id, { status: name === 'first' ? 'finished' : 'paused' })
  }
  log.close()
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))

describe('loupe checkpoints', () => {
  it('lists those of a run with what was measured nearest to them', async () => {
    const { code, out } = await loupe('run-1', '--sort', 'step', '--ascending')
    expect(code).toBe(0)
    expect(out.split('\n').slice(0, 4).map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'checkpoint run step epochs size saved loss accuracy kept name',
      'checkpoint-000001 run-000001 100 6.4 0.0 MB 2023-11-14 22:13 – 0.55 @50 kept first',
      'checkpoint-000002 run-000001 200 12.8 0.0 MB 2023-11-14 22:13 – 0.7 first',
      'checkpoint-000003 run-000001 300 19.2 0.0 MB 2023-11-14 22:13 – 0.7 @200 first',
    ])
    const { out: json } = await loupe('--json', '--kept')
    expect(JSON.parse(json)).toMatchObject({ total: 2, checkpoints: [{ isKept: true, epochs: 6.4 }, { isKept: true }] })
  })

  it('verifies every file, and ends with 1 where a byte is not as it was', async () => {
    const sound = await loupe('verify')
    expect([sound.code, sound.out]).toEqual([0, expect.stringMatching(/^6 checkpoints read .*: every file is as the log says\.\n$/)])
    const folder = join(workspace, 'checkpoints', 'run-000002')
    const path = join(folder, readdirSync(folder).toSorted()[1]!)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.map((byte, index) => (index === 3000 ? byte ^ 1 : byte)))
    const { code, out } = await loupe('verify', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ verified: { checkpoints: 6, problems: [{ checkpointId: 'checkpoint-000005', step: 200, problem: 'damaged', path }] } })
    writeFileSync(path, bytes)
  })

  it('exports an older one, whose arrays another program reads, and never over a file', async () => {
    const to = join(workspace, 'out', 'w.npz')
    const { code, out } = await loupe('export', 'checkpoint-2', '--to', to)
    expect([code, out]).toEqual([0, expect.stringContaining(`7 arrays of run-000001 at step 200 in ${to}`)])
    expect(existsSync(to)).toBe(true)
    expect((await loupe('export', 'checkpoint-2', '--to', to)).code).toBe(2)
    expect((await loupe('export', 'checkpoint-99', '--to', join(workspace, 'x'))).said).toContain('There is no checkpoint "checkpoint-99"')
  })

  it('compares two', async () => {
    const { code, out } = await loupe('compare', 'checkpoint-1', 'checkpoint-3')
    expect(code).toBe(0)
    expect(out).toContain('a: checkpoint-000001, run-000001 at step 100; b: checkpoint-000003, run-000001 at step 300.')
    expect(out).toMatch(/\nall parameters +[\d.]+ /)
  })

  it('says what pruning would delete, deletes that and no more, and leaves what is kept and what is resumed from', async () => {
    const planned = await loupe('prune', '--keep-last', '0', '--dry-run')
    expect(planned.code).toBe(0)
    expect(planned.out).toContain('Would delete 3 checkpoints')
    expect(planned.out).toContain('Stays: 1 newest of a run that can be resumed (--force takes it, too), 2 kept by the user (--include-kept takes it, too).')
    const stepsOf = () => {
      const reader = openLogReader({ workspace })
      const steps = ['run-1', 'run-2'].map((id) => reader.checkpoints(id).map(({ step }) => step))
      reader.close()
      return steps
    }
    expect(stepsOf()).toEqual([[100, 200, 300], [100, 200, 300]])
    const ofOne = await loupe('prune', '--keep-last', '1', '--filter', 'name = second')
    expect([ofOne.code, ofOne.out]).toEqual([0, expect.stringMatching(/^Deleted 1 checkpoint, /)])
    expect(stepsOf()).toEqual([[100, 200, 300], [100, 300]])
    await loupe('unkeep', 'checkpoint-4')
    expect((await loupe('prune', 'run-2', '--keep-last', '0', '--force')).code).toBe(0)
    expect((await loupe('prune', 'run-1', '--keep-last', '0', '--keep-best', '1')).code).toBe(0)
    // Of two as good the newest is the best; the first is kept.
    expect(stepsOf()).toEqual([[100, 300], []])
  })

  it('labels what it keeps', async () => {
    expect((await loupe('keep', 'checkpoint-3', '--label', 'for the paper')).code).toBe(0)
    expect((await loupe('run-1')).out).toContain('kept for the paper')
    expect((await loupe('keep', 'checkpoint-99')).code).toBe(2)
  })
})
