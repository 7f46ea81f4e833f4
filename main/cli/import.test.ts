import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

const reference = join(import.meta.dirname, '..', 'import', 'reference')
let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => void (folder = await makeFolder()))
afterEach(() => folder.remove())
const loupe = (...args: readonly string[]) => spawnLoupe(['--workspace', folder.file('workspace'), ...args])

describe('loupe import', () => {
  it('says what it would do, does it, and does nothing the second time', async () => {
    const dry = await loupe('import', join(reference, 'events'), '--dry-run', '--json')
    expect(dry.lines.at(-1)).toMatchObject({ preview: { tool: 'tensorboard', runs: [{ name: 'restarted', state: 'new' }, { name: 'tf1' }, { name: 'tf2/half' }, { name: 'tf2/train', params: 4 }] } })
    const first = await loupe('import', join(reference, 'events'), '--tag', 'borrowed, old')
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('4 runs of tensorboard')
    expect(first.stdout).toContain('4 added, 0 renewed, 0 unchanged')
    expect(first.stdout).toContain('- 3 values were taken back by a restart of their run')
    const second = await loupe('import', join(reference, 'events'), '--json')
    expect(second.lines.at(-1)).toMatchObject({ imported: { wasStopped: false, runs: Array.from({ length: 4 }, () => ({ outcome: 'unchanged' })) } })
    const found = await loupe('list', '--filter', 'tag:borrowed and param.lr = 0.001', '--columns', 'source,param.optimizer', '--json')
    expect(found.lines.at(-1)).toMatchObject({ total: 1, runs: [{ name: 'tf2/train', values: { source: 'tensorboard', 'param.optimizer': 'adam' } }] })
  })

  it('gives runs that are shown, listed and exported, and that cannot go on', async () => {
    await loupe('import', join(reference, 'mlruns'), '--from', 'mlflow')
    expect((await loupe('list')).stdout).toMatch(/run-000001 +mlflow +finished +\S+ \S+ +5 +digits +good/)
    expect((await loupe('list', '--json')).lines.at(-1)).toMatchObject({ importedRuns: [{ name: 'going', status: 'stopped' }, { name: 'bad', status: 'failed' }, { name: 'good' }] })
    const shown = await loupe('show', 'run-1')
    expect(shown.stdout).toContain('Run run-000001 "good": finished, imported from mlflow')
    expect(shown.stdout).toMatch(/validation\/accuracy +0\.984375/)
    const exported = await loupe('export', 'run-1', '--out', folder.file('out'))
    expect(exported.stdout.trim().split('\n')).toEqual(['runs.json', 'runs.csv', 'metrics.csv'].map((name) => folder.file(`out/${name}`)))
    const metrics = await readFile(folder.file('out/metrics.csv'), 'utf8')
    expect(metrics).toContain('run-000001,odd,1,14000,Infinity,\r\n')
    expect(metrics).toContain('run-000001,validation/accuracy,5,12000,0.984375,fraction\r\n')
    expect((await loupe('export', 'run-1', '--out', folder.file('parquet'), '--format', 'parquet')).code).toBe(0)
    for (const refused of [await loupe('resume', 'run-1'), await loupe('report', 'run-1', '--out', folder.file('r.html'))]) {
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('was imported from MLflow')
    }
  })

  it('takes what loupe exported back as a run', async () => {
    await writeFile(folder.file('curves.csv'), 'step,loss,val_acc\n1,2,0.5\n2,1,0.75\n')
    await loupe('import', folder.file('curves.csv'))
    await loupe('export', 'run-1', '--out', folder.file('out'))
    const { stdout } = await loupe('import', folder.file('out/metrics.csv'))
    expect(stdout).toContain('1 added')
    expect((await loupe('show', 'run-2', '--json')).lines.at(-1)).toMatchObject({ importedRun: { name: 'run-000001', metrics: { loss: 1, 'validation/accuracy': 0.75 } } })
  })

  it('refuses what is nothing to import, with what was expected', async () => {
    await writeFile(folder.file('notes.txt'), 'hello')
    const { code, stderr } = await loupe('import', folder.file('notes.txt'))
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected event files (events.out.tfevents.…), mlflow.db or a folder mlruns, a CSV file of curves')])
    expect((await loupe('import', folder.file('missing'))).code).toBe(2)
    expect((await loupe('import', '.', '--from', 'aim')).code).toBe(2)
  })
})
