import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLogWriter } from '../log/open.ts'
import { runConfig } from '../contract/run-config.ts'

const workspace = mkdtempSync(join(tmpdir(), 'loupe-list-'))
const program = resolve(import.meta.dirname, 'loupe.ts')

/** Runs the command line as a user would. */
function loupe(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly said: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [program, 'list', '--workspace', workspace, ...args], (error, out, said) => done({ code: typeof error?.code === 'number' ? error.code : 0, out, said }))
  })
}

beforeAll(() => {
  const log = openLogWriter({ workspace, now: () => 1_700_000_000_000 })
  for (const [name, value] of [['good', 0.95], ['poor', 0.5]] as const) {
    const run = log.createRun({ studyId: null, key: '', config: runConfig.parse({ name }) })
    log.appendMetrics(run.id, [{ key: 'validation/accuracy', step: 1, examples: 64, wallMs: 1, value }])
  }
  log.annotate('run', [{ id: 'run-1', tags: ['paper'], isStarred: true }])
  log.close()
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))

describe('loupe list with a filter', () => {
  it('lists the runs that fit', async () => {
    const { code, out } = await loupe('--filter', 'accuracy > 0.9')
    expect(code).toBe(0)
    expect(out).toBe(`run         status  model  batchSize  accuracy  loss  steps  created           name
run-000001  queued  mlp           64      0.95     –      0  2023-11-14 22:13  * good #paper
1 run
`)
  })

  it('sorts, takes columns, and gives JSON', async () => {
    const { out } = await loupe('--sort', '-name', '--columns', 'best(accuracy),tag', '--json')
    expect(JSON.parse(out)).toMatchObject({ total: 2, runs: [{ name: 'poor', values: { 'best(accuracy)': 0.5, tag: [] } }, { name: 'good', isStarred: true, values: { 'best(accuracy)': 0.95, tag: ['paper'] } }] })
  })

  it('points at what is wrong with a filter', async () => {
    const { code, said } = await loupe('--filter', 'seed = 1 accurcy > 0.9')
    expect(code).toBe(2)
    expect(said).toContain('"accurcy" is not the name of a field. Expected: accuracy')
    expect(said).toContain('\n  seed = 1 accurcy > 0.9\n           ^^^^^^^\n')
  })
})
