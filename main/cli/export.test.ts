import { readdir, readFile, writeFile } from 'node:fs/promises'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logMadeRun } from '../export/test/made-log.ts'
import { openLogWriter } from '../log/open.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
  const log = openLogWriter({ workspace: folder.file('workspace') })
  logMadeRun(log)
  log.close()
})
afterEach(() => folder.remove())

const loupe = (args: readonly string[]) => spawnLoupe(['--workspace', folder.file('workspace'), ...args])
const exportTo = (out: string, ...more: readonly string[]) => loupe(['export', 'run-000001', '--out', folder.file(out), ...more])

describe('loupe export', () => {
  it('writes CSV where nothing is said, and names its files', async () => {
    const { code, stdout } = await exportTo('out')
    expect([code, stdout.trim().split('\n')]).toEqual([0, ['runs.json', 'runs.csv', 'metrics.csv', 'events.csv', 'records.csv', 'gradients.csv'].map((name) => folder.file(`out/${name}`))])
    expect(await readFile(folder.file('out/metrics.csv'), 'utf8')).toBe(
      [
        'run,batchSize,seed,key,step,examples,wallMs,value,unit',
        'run-000001,64,7,train/batch-loss,1,64,0.5,0.5,nats',
        'run-000001,64,7,train/batch-loss,2,128,1,NaN,nats',
        'run-000001,64,7,train/batch-loss,3,192,1.5,Infinity,nats',
        'run-000001,64,7,validation/accuracy,3,192,1.5,0.1,fraction',
        '',
      ].join('\r\n'),
    )
    expect(await readFile(folder.file('out/events.csv'), 'utf8')).toContain('"Went on,\nat ""3""."')
    expect((await readdir(folder.file('out'))).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('writes JSON and Parquet with the same values', async () => {
    const asJson = await exportTo('json', '--format', 'json', '--json')
    expect(asJson.lines.at(-1)).toMatchObject({ exported: { id: 'run-000001', format: 'json' } })
    const metrics = JSON.parse(await readFile(folder.file('json/metrics.json'), 'utf8')) as readonly Record<string, unknown>[]
    expect(metrics.map(({ step, value }) => [step, value])).toEqual([[1, 0.5], [2, 'NaN'], [3, 'Infinity'], [3, 0.1]])
    expect(JSON.parse(await readFile(folder.file('json/runs.json'), 'utf8'))).toMatchObject([{ config: { seed: 7 }, environment: { tensorflow: '2.21.0' } }])

    expect((await exportTo('parquet', '--format', 'parquet')).code).toBe(0)
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(folder.file('parquet/metrics.parquet')) })
    expect(rows.map(({ step, value, key }) => [step, value, key])).toEqual([[1n, 0.5, 'train/batch-loss'], [2n, Number.NaN, 'train/batch-loss'], [3n, Infinity, 'train/batch-loss'], [3n, 0.1, 'validation/accuracy']])
  })

  it('writes the same bytes each time', async () => {
    for (const format of ['csv', 'json', 'parquet']) {
      await exportTo(`${format}-1`, '--format', format)
      await exportTo(`${format}-2`, '--format', format)
      for (const name of await readdir(folder.file(`${format}-1`))) {
        const [one, other] = [await readFile(folder.file(`${format}-1/${name}`)), await readFile(folder.file(`${format}-2/${name}`))]
        expect([name, one.equals(other)]).toEqual([name, true])
      }
    }
  }, 30_000)

  it('replaces files only with --force', async () => {
    await exportTo('out')
    await writeFile(folder.file('out/metrics.csv'), 'mine')
    const refused = await exportTo('out')
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/runs\.json and 5 more are already there.*--force/)])
    expect(await readFile(folder.file('out/metrics.csv'), 'utf8')).toBe('mine')
    expect((await exportTo('out', '--force')).code).toBe(0)
    expect(await readFile(folder.file('out/metrics.csv'), 'utf8')).toContain('train/batch-loss')
  })

  it('refuses a format and an id that it does not know', async () => {
    expect(await exportTo('out', '--format', 'xlsx')).toMatchObject({ code: 2, stderr: expect.stringContaining('csv, json, parquet') })
    expect(await loupe(['export', 'run-000099'])).toMatchObject({ code: 2, stderr: expect.stringContaining('run-000099') })
  })
})
