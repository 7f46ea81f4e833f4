import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { numberIn } from './foreign-run.ts'
import type { ForeignRun } from './foreign-run.ts'
import { openSource } from './open-source.ts'
import { RunGatherer } from './run-gatherer.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'loupe-csv-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function runs(text: string): Promise<(ForeignRun | null)[]> {
  const path = join(folder, 'curves.csv')
  writeFileSync(path, text)
  const source = await openSource({ path, from: null })
  const read = []
  for (const found of source.runs) read.push(await source.read(found, {}))
  return read
}
const curves = (run: ForeignRun | null | undefined) => Object.fromEntries([...(run?.metrics ?? [])].map(([key, { steps, values }]) => [key, [...steps].map((step, index) => [step, values[index]])]))

describe('curves in CSV', () => {
  it('with a row a value are runs by their names', async () => {
    const [a, b] = await runs('run,step,metric,value,wallMs\na,0,loss,2,10\nb,0,loss,4,\na,1,loss,1,20\nb,2,"odd, name",nan,\nb,3,"odd, name",-inf,\n')
    expect(curves(a)).toEqual({ loss: [[0, 2], [1, 1]] })
    expect(a).toMatchObject({ name: 'a', wallMs: 10, source: { tool: 'csv', group: 'curves.csv' } })
    expect(curves(b)).toEqual({ loss: [[0, 4]], 'odd, name': [[2, Number.NaN], [3, -Infinity]] })
  })

  it('with a column a metric are one run, cells without a number left out and told', async () => {
    const [run] = await runs('\ufeffepoch,step,loss,val_acc\r\n0,10,2,\r\n0,20,oops,0.5\r\n\r\n1,30,1,0.75\r\n')
    expect(curves(run)).toEqual({ epoch: [[10, 0], [20, 0], [30, 1]], loss: [[10, 2], [30, 1]], 'validation/accuracy': [[20, 0.5], [30, 0.75]] })
    expect(run).toMatchObject({ name: 'curves', renamed: { 'validation/accuracy': 'val_acc' }, omissions: [{ kind: 'unreadable-values', count: 1, where: 'loss, 3' }] })
  })

  it('without a column of steps are numbered by their rows', async () => {
    expect(curves((await runs('loss\n3\n2\n1\n'))[0])).toEqual({ loss: [[0, 3], [1, 2], [2, 1]] })
  })

  it('that loupe exported come back as they were', async () => {
    const [run] = await runs('run,batchSize,seed,key,step,examples,wallMs,value,unit\r\nrun-000001,64,7,train/batch-loss,1,64,0.5,0.5,nats\r\nrun-000001,64,7,train/batch-loss,3,192,1.5,Infinity,nats\r\n')
    expect(curves(run)).toEqual({ 'train/batch-loss': [[1, 0.5], [3, Infinity]] })
  })

  it.each([
    ['', 'it is empty'],
    ['1,2\n3,4\n', 'its first line names no metric'],
    ['metric,value\nloss,1\n', 'no column of steps'],
    ['step,loss\n1,"open\n', 'Quote'],
  ])('of %j are refused', async (text, problem) => {
    await expect(runs(text)).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining(problem) })
  })
})

describe('a parameter', () => {
  it.each([
    ['0.1', 0.1],
    ['-3', -3],
    ['1e-3', 0.001],
    ['007', '007'],
    ['1.', '1.'],
    ['', ''],
    ['nan', 'nan'],
    ['0x10', '0x10'],
    ['12345678901234567890', '12345678901234567890'],
    ['True', 'True'],
  ])('%j is %j', (text, value) => {
    expect(numberIn(text)).toBe(value)
  })
})

describe('what is gathered of a run', () => {
  const facts = { name: 'a', source: { tool: 'csv', path: '/a', id: 'a', group: 'g', status: null }, status: 'finished', startedAt: null, finishedAt: null } as const
  const finished = (fill: (gathered: RunGatherer) => void) => {
    const gathered = new RunGatherer()
    fill(gathered)
    return gathered.finish(facts)
  }

  it('keeps its own names where two would become one, or where ours is taken', () => {
    const two = finished((run) => ['val_acc', 'val_accuracy'].forEach((name) => run.value(name, 1, 1, 0.5)))
    expect([...(two?.metrics.keys() ?? [])]).toEqual(['val_acc', 'val_accuracy'])
    const taken = finished((run) => ['val_acc', 'validation/accuracy'].forEach((name) => run.value(name, 1, 1, 0.5)))
    expect(taken?.renamed).toEqual({})
    expect(finished((run) => run.value('lr', 1, 1, 0.1))?.renamed).toEqual({ 'step/learning-rate': 'lr' })
    expect(finished((run) => run.value('val_loss', 1, 1, 0.1))?.renamed).toEqual({})
  })

  it('has at most 5,000 metrics with names of at most 200 characters, and cuts long texts', () => {
    const run = finished((gathered) => {
      for (let index = 0; index < 5003; index++) gathered.value(`m${index}`, 1, 1, index)
      gathered.value('x'.repeat(201), 1, 1, 1)
      gathered.value('x'.repeat(201), 2, 2, 1)
      gathered.param('long', 'y'.repeat(3000))
    })
    expect(run?.metrics.size).toBe(5000)
    expect(run?.params['long']).toHaveLength(2000)
    expect(run?.omissions).toEqual([{ kind: 'many-metrics', count: 4, where: 'm5000' }, { kind: 'long-texts', count: 1, where: '' }])
  })

  it('is in the order of its steps whatever the order of its values, and counts time from its first', () => {
    const run = finished((gathered) => [[3, 30], [1, 10], [2, 20], [1, 40]].forEach(([step, time]) => gathered.value('a', step!, time!, time!)))
    expect(run?.metrics.get('a')).toEqual({ steps: Float64Array.of(1, 2, 3), examples: new Float64Array(3), wallMs: Float64Array.of(30, 10, 20), values: Float64Array.of(40, 20, 30) })
    expect(run).toMatchObject({ steps: 3, values: 3, wallMs: 30, omissions: [{ kind: 'repeated-steps', count: 1 }] })
  })

  it('is nothing where there is neither a value nor a parameter', () => {
    expect(finished(() => {})).toBeNull()
    expect(finished((run) => run.param('a', 1))?.params).toEqual({ a: 1 })
  })
})
