import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ForeignRun, RunsSource } from './foreign-run.ts'
import { openSource } from './open-source.ts'

const reference = join(import.meta.dirname, 'reference')
let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'loupe-mlflow-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function unpacked(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, gunzipSync(readFileSync(join(reference, `${name}.gz`))))
  return path
}
async function runsOf(source: RunsSource): Promise<Record<string, ForeignRun | null>> {
  const runs: Record<string, ForeignRun | null> = {}
  for (const found of source.runs) runs[found.name] = await source.read(found, {})
  source.close()
  return runs
}
const curve = (run: ForeignRun | null | undefined, key: string) => [...(run?.metrics.get(key)?.steps ?? [])].map((step, index) => [step, run?.metrics.get(key)?.values[index], run?.metrics.get(key)?.wallMs[index]])

describe.each([
  ['the database of MLflow 1.30', () => unpacked('mlflow-1.db')],
  ['the database of MLflow 3.17', () => unpacked('mlflow-3.db')],
  ['the file store', () => join(reference, 'mlruns')],
])('%s', (_, path) => {
  it('gives runs with their parameters, tags, states and curves', async () => {
    const source = await openSource({ path: path(), from: null })
    expect(source.runs.map(({ name, startedAt }) => [name, startedAt])).toEqual([
      ['good', 1_700_000_000_000],
      ['bad', 1_700_000_060_000],
      ['going', 1_700_000_120_000],
      ['empty', 1_700_000_180_000],
    ])
    expect(source.omissions).toEqual([{ kind: 'deleted-runs', count: 1, where: '' }])
    const { good, bad, going, empty } = await runsOf(source)
    expect(good).toMatchObject({
      status: 'finished',
      note: 'The **best** one.',
      startedAt: 1_700_000_000_000,
      finishedAt: 1_700_000_030_000,
      params: { lr: 0.001, optimizer: 'adam', layers: '[32, 32]', seed: '007' },
      labels: { 'mlflow.user': 'ada', 'mlflow.source.name': 'train.py', team: 'vision' },
      renamed: { 'validation/accuracy': 'val_accuracy' },
      steps: 5,
      source: { tool: 'mlflow', group: 'digits', status: 'FINISHED' },
    })
    expect(curve(good, 'loss')).toEqual([[0, 1, 1000], [1, 0.5, 2000], [2, 0.25, 3000], [3, 0.125, 4000], [4, 0.0625, 5000], [5, 0.03125, 6000]])
    expect(curve(good, 'validation/accuracy').map(([, value]) => value)).toEqual([0.5, 0.75, 0.875, 0.9375, 0.96875, 0.984375])
    expect(curve(good, 'odd').map(([, value]) => value)).toEqual([Number.NaN, Infinity, -Infinity, 0.5])
    expect(bad).toMatchObject({ status: 'failed', params: { lr: 10 } })
    expect(going).toMatchObject({ status: 'stopped', source: { status: 'RUNNING' }, finishedAt: null })
    expect(empty).toBeNull()
  })

  it('says what it numbers, what it leaves out and which of two values counts', async () => {
    const { good } = await runsOf(await openSource({ path: path(), from: 'mlflow' }))
    expect(curve(good, 'unstepped').map(([step, value]) => [step, value])).toEqual([[0, 3], [1, 2], [2, 1]])
    expect(curve(good, 'twice').map(([step, value]) => [step, value])).toEqual([[4, 2], [5, 3]])
    expect(curve(good, 'behind').map(([step, value]) => [step, value])).toEqual([[0, 2]])
    expect(good?.omissions.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
      { kind: 'numbered-steps', count: 1, where: 'unstepped' },
      { kind: 'repeated-steps', count: 1, where: '' },
      { kind: 'unusable-steps', count: 1, where: '' },
    ])
  })
})

describe('a database of MLflow', () => {
  it('of its first versions is read, without steps, stages and an index', async () => {
    const path = join(folder, 'old.db')
    const db = new Database(path)
    db.exec(`
      CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, status TEXT, start_time BIGINT, end_time BIGINT, experiment_id INTEGER);
      CREATE TABLE metrics ("key" TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, PRIMARY KEY ("key", timestamp, run_uuid));
      CREATE TABLE params ("key" TEXT, value TEXT, run_uuid TEXT); CREATE TABLE tags ("key" TEXT, value TEXT, run_uuid TEXT);
      INSERT INTO experiments VALUES (0, 'Default');
      INSERT INTO runs VALUES ('r1', 'FINISHED', 1000, 9000, 0), ('r2', 'KILLED', 2000, NULL, 0);
      INSERT INTO metrics VALUES ('loss', 1.5, 3000, 'r1'), ('loss', 7, 3500, 'r2'), ('loss', 0.5, 4000, 'r1'), ('val_acc', 93, 4000, 'r1');
      INSERT INTO tags VALUES ('mlflow.runName', 'first', 'r1');`)
    db.close()
    const source = await openSource({ path, from: null })
    const runs = await runsOf(source)
    expect(runs['r1']).toMatchObject({ name: 'first', status: 'finished', steps: 1, source: { group: 'Default' } })
    expect(curve(runs['r1'], 'loss')).toEqual([[0, 1.5, 2000], [1, 0.5, 3000]])
    expect(curve(runs['r1'], 'val_acc')).toEqual([[0, 93, 3000]]) // percent is no fraction: it keeps its name
    expect(runs['r2']).toMatchObject({ name: 'r2', status: 'stopped' })
    expect(curve(runs['r2'], 'loss')).toEqual([[0, 7, 1500]])
  })

  it('is read while another program writes to it, and is left as it was', async () => {
    const path = unpacked('mlflow-3.db')
    const before = readFileSync(path)
    const { good } = await runsOf(await openSource({ path, from: null }))
    expect(readFileSync(path).equals(before)).toBe(true)
    const writer = new Database(path)
    const source = await openSource({ path, from: null })
    const [first] = source.runs
    writer.prepare('INSERT INTO metrics ("key", value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)').run('loss', 0.01, 1_700_000_007_000, first!.sourceId, 6, 0)
    const changed = await source.read(first!, {})
    expect(changed?.metrics.get('loss')?.steps).toHaveLength(7)
    expect(changed?.content).not.toBe(good?.content)
    source.close()
    writer.close()
  })

  it('is refused by what it is where it is none', async () => {
    const other = join(folder, 'other.db')
    new Database(other).exec('CREATE TABLE people (name TEXT)').close()
    await expect(openSource({ path: other, from: null })).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining('its tables are people') })
    writeFileSync(join(folder, 'cut.db'), readFileSync(unpacked('mlflow-1.db')).subarray(0, 60_000))
    await expect(openSource({ path: join(folder, 'cut.db'), from: null }).then(runsOf)).rejects.toMatchObject({ code: 'data-malformed' })
    writeFileSync(join(folder, 'text.db'), 'hello')
    await expect(openSource({ path: join(folder, 'text.db'), from: 'mlflow' })).rejects.toMatchObject({ code: 'data-malformed' })
    await expect(openSource({ path: join(folder, 'text.db'), from: null })).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(openSource({ path: join(folder, 'nothing'), from: null })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is found in its folder, beside which a store of files does not count', async () => {
    unpacked('mlflow-1.db')
    writeFileSync(join(folder, 'mlflow.db'), readFileSync(join(folder, 'mlflow-1.db')))
    const source = await openSource({ path: folder, from: null })
    expect([source.tool, source.path]).toEqual(['mlflow', join(folder, 'mlflow.db')])
    source.close()
  })
})
