import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from '../contract/zod.ts'
import { readEvent } from './event-proto.ts'
import type { ForeignRun, RunsSource } from './foreign-run.ts'
import { brainNumber, halfNumber } from './small-floats.ts'
import { tensorboardSource } from './tensorboard.ts'
import { RandomStream } from './test/random-stream.ts'
import { eventFile, scalar } from './test/records.ts'
import type { MadeEvent } from './test/records.ts'

const reference = join(import.meta.dirname, 'reference')
/** What TensorBoard's own EventAccumulator reads: by run and tag, step, wall time in seconds and value. */
const said = z.record(z.string(), z.record(z.string(), z.array(z.tuple([z.number(), z.number(), z.string()])))).parse(JSON.parse(readFileSync(join(reference, 'events.json'), 'utf8')))

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'loupe-events-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function opened(path: string): Promise<RunsSource> {
  const source = await tensorboardSource(path)
  if (source === null) throw new Error(`nothing in ${path}`)
  return source
}
async function runsIn(path: string): Promise<Map<string, ForeignRun>> {
  const source = await opened(path)
  const runs = new Map<string, ForeignRun>()
  for (const found of source.runs) {
    const run = await source.read(found, {})
    if (run !== null) runs.set(found.name, run)
  }
  return runs
}
async function only(path: string): Promise<ForeignRun> {
  const [run] = (await runsIn(path)).values()
  if (run === undefined) throw new Error(`no run in ${path}`)
  return run
}
function write(name: string, events: readonly MadeEvent[]): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, eventFile(events))
  return path
}
const curve = (run: ForeignRun, key: string) => [...(run.metrics.get(key)?.steps ?? [])].map((step, index) => [step, run.metrics.get(key)?.values[index]])

describe('event files that TensorFlow, PyTorch’s writer and TensorBoard wrote', () => {
  it('give the steps, times and values that TensorBoard reads', async () => {
    const runs = await runsIn(join(reference, 'events'))
    expect([...runs.keys()].sort()).toEqual(Object.keys(said).sort())
    for (const [name, tags] of Object.entries(said)) {
      const run = runs.get(name)!
      const keyOf = new Map(Object.entries(run.renamed).map(([key, theirs]) => [theirs, key]))
      expect(run.metrics.size).toBe(Object.keys(tags).length)
      for (const [tag, points] of Object.entries(tags)) {
        const { steps, wallMs, values } = run.metrics.get(keyOf.get(tag) ?? tag)!
        expect([...steps]).toEqual(points.map(([step]) => step))
        expect([...values]).toEqual(points.map(([, , value]) => (value === 'inf' ? Infinity : Number(value))))
        for (const [index, [, time]] of points.entries()) expect(run.startedAt! + wallMs[index]!).toBeCloseTo(time * 1000, -1)
      }
    }
  })

  it('give hyperparameters as parameters, and say what they leave out', async () => {
    const run = (await runsIn(join(reference, 'events'))).get('tf2/train')!
    expect(run.params).toEqual({ amp: 'true', layers: 3, lr: 0.001, optimizer: 'adam' })
    expect(run.renamed).toEqual({ 'validation/accuracy': 'val_accuracy' })
    expect(run.omissions.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([{ kind: 'histograms', count: 1, where: '' }, { kind: 'images', count: 1, where: '' }, { kind: 'texts', count: 1, where: '' }])
    expect(run.source).toMatchObject({ tool: 'tensorboard', group: 'events', status: null })
  })

  it('that are several of one run lose what a restart takes back', async () => {
    const run = (await runsIn(join(reference, 'events'))).get('restarted')!
    expect(curve(run, 'loss')).toEqual([[0, 0], [1, 1], [2, 2], [3, 3], [4, 40], [5, 50], [6, 60], [7, 70], [8, 80]])
    expect(run.omissions).toEqual([{ kind: 'orphaned-steps', count: 3, where: '' }])
  })

  it('are equal by their content wherever they lie', async () => {
    cpSync(join(reference, 'events/tf1'), join(folder, 'copy'), { recursive: true })
    const here = await only(join(folder, 'copy'))
    const there = await only(join(reference, 'events/tf1'))
    expect(here.metrics).toEqual(there.metrics)
    const again = await only(join(folder, 'copy'))
    expect(again.content).toBe(here.content)
    writeFileSync(join(folder, 'copy', 'events.out.tfevents.1999999999.z'), eventFile([scalar('Loss/train', 50, 1)]))
    expect((await only(join(folder, 'copy'))).content).not.toBe(here.content)
  })
})

describe('event files', () => {
  it('without a version lose, of a tag that goes back, its values from there on', async () => {
    const events = [scalar('a', 1, 1), scalar('a', 2, 2), scalar('b', 2, 20), scalar('a', 3, 3), scalar('a', 2, 22), scalar('a', 3, 33)]
    const run = await only(write('events.out.tfevents.1.x', events))
    expect(curve(run, 'a')).toEqual([[1, 1], [2, 22], [3, 33]])
    expect(curve(run, 'b')).toEqual([[2, 20]])
  })

  it('with a version lose nothing when steps go back, but at a restart', async () => {
    const version = { wallTime: 1, fileVersion: 'brain.Event:2' }
    const back = [scalar('a', 1, 1), scalar('a', 3, 3), scalar('a', 2, 2)]
    expect(curve(await only(write('one/events.out.tfevents.1.x', [version, ...back])), 'a')).toEqual([[1, 1], [2, 2], [3, 3]])
    const restarted = [...back, { wallTime: 9, step: 3, sessionLog: { status: 1 } }, scalar('a', 4, 4)]
    expect(curve(await only(write('two/events.out.tfevents.1.x', [version, ...restarted])), 'a')).toEqual([[1, 1], [2, 2], [4, 4]])
    const ended = [...back, { wallTime: 9, step: 1, sessionLog: { status: 2 } }]
    expect(curve(await only(write('three/events.out.tfevents.1.x', [version, ...ended])), 'a')).toHaveLength(3)
  })

  it('keep the last of several values at a step, and NaN and infinities as they are', async () => {
    const run = await only(write('events.out.tfevents.1.x', [scalar('a', 1, 1), scalar('a', 1, 5), scalar('a', 2, Number.NaN), scalar('a', 3, -Infinity)]))
    expect(curve(run, 'a')).toEqual([[1, 5], [2, Number.NaN], [3, -Infinity]])
    expect(run.omissions).toEqual([{ kind: 'repeated-steps', count: 1, where: '' }])
  })

  it('leave out steps below 0', async () => {
    const run = await only(write('events.out.tfevents.1.x', [scalar('a', -5, 1), scalar('a', 0, 2)]))
    expect(curve(run, 'a')).toEqual([[0, 2]])
    expect(run.omissions).toEqual([{ kind: 'unusable-steps', count: 1, where: '' }])
  })

  it('are runs by their folders, those behind a link left out', async () => {
    write('a/events.out.tfevents.1.x', [scalar('a', 1, 1)])
    write('b/c/events.out.tfevents.2.x', [scalar('a', 1, 1)])
    write('b/c/notes.txt', [])
    symlinkSync(join(folder, 'a'), join(folder, 'b', 'linked'))
    const { runs, omissions } = await opened(folder)
    expect(runs.map(({ name }) => name)).toEqual(['a', 'b/c'])
    expect(omissions).toEqual([{ kind: 'linked-folders', count: 1, where: '' }])
    expect(await tensorboardSource(join(folder, 'b', 'c', '..', '..', 'a'))).toMatchObject({ runs: [{ name: 'a' }] })
    mkdirSync(join(folder, 'empty'))
    expect(await tensorboardSource(join(folder, 'empty'))).toBeNull()
  })

  it('that are cut off or garbled give what is whole, and say where they break', async () => {
    const events = Array.from({ length: 10 }, (_, step) => scalar('a', step + 1, step + 1))
    const record = eventFile(events.slice(1, 2)).length
    const first = eventFile(events.slice(0, 1)).length
    const path = write('events.out.tfevents.1.x', events)
    truncateSync(path, first + 8 * record + 5)
    const cut = await only(path)
    expect(cut.metrics.get('a')?.steps).toHaveLength(9)
    expect(cut.omissions).toEqual([{ kind: 'truncated-tail', count: 5, where: `events.out.tfevents.1.x, ${first + 8 * record}` }])

    const bytes = readFileSync(path)
    bytes[first + 2 * record + 20]! ^= 0xff
    bytes[first + 4 * record + 1]! ^= 0xff
    writeFileSync(path, bytes)
    const garbled = await only(path)
    expect(curve(garbled, 'a')).toEqual([[1, 1], [2, 2], [3, 3], [5, 5]])
    expect(garbled.omissions).toEqual([
      { kind: 'garbled-records', count: 1, where: `events.out.tfevents.1.x, ${first + 2 * record}` },
      { kind: 'garbled-rest', count: bytes.length - first - 4 * record, where: `events.out.tfevents.1.x, ${first + 4 * record}` },
    ])
  })

  it('with neither a scalar nor a parameter are no run', async () => {
    const source = await opened(write('events.out.tfevents.1.x', [{ wallTime: 1, fileVersion: 'brain.Event:2' }]))
    expect(await source.read(source.runs[0]!, {})).toBeNull()
  })
})

describe('an event', () => {
  const sink = { event: () => {}, value: () => {} }

  it('of any bytes is read or refused, and never makes the reader hang', () => {
    const random = new RandomStream(11)
    const folderOf = join(reference, 'events/tf2/train')
    const whole = readFileSync(join(folderOf, readdirSync(folderOf)[0]!))
    let refused = 0
    for (let round = 0; round < 3000; round++) {
      const start = random.below(whole.length)
      const bytes = Buffer.from(whole.subarray(start, start + random.below(400)))
      for (let damage = random.below(3); damage > 0 && bytes.length > 0; damage--) bytes[random.below(bytes.length)] = random.below(256)
      try {
        readEvent(bytes, { start: 0, end: bytes.length }, sink)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(100)
  })

  it('has numbers of 16 bits as IEEE 754 and Google’s format have them', () => {
    expect([0x3e00, 0xb400, 0x7bff, 0x0001, 0x7c00, 0xfc00, 0x8000].map(halfNumber)).toEqual([1.5, -0.25, 65504, 2 ** -24, Infinity, -Infinity, -0])
    expect(halfNumber(0x7e00)).toBeNaN()
    expect([0x3fc0, 0xbe80, 0x7f80].map(brainNumber)).toEqual([1.5, -0.25, Infinity])
  })
})

describe('a single event file', () => {
  it('is a run that is called by its folder', async () => {
    const path = write('trial/events.out.tfevents.1700000000.host', [scalar('a', 1, 1)])
    const source = await opened(path)
    expect(source.runs).toMatchObject([{ name: 'trial', startedAt: 1_700_000_000_000 }])
    expect((await only(path)).source).toMatchObject({ group: 'trial' })
    expect(basename((await only(path)).source.id)).toBe('events.out.tfevents.1700000000.host')
  })
})
