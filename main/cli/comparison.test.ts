import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lossGapBatchReport } from '../methods/loss-gap-batch/report.ts'
import { expectTemplate } from './test/expect-study.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'
import type { Finished } from './test/spawn-loupe.ts'

const TIMEOUT_MS = 180_000

/** Every way but the large ones, small enough for seconds. The controller grows as soon as it may: t of the slope is below 1000. */
const tinyComparison = {
  method: 'loss-gap-batch',
  name: 'tiny',
  run: { dataset: { name: 'digits', trainExamples: 800, validationExamples: 200 }, model: { kind: 'mlp', hidden: [16] }, optimizer: { kind: 'sgd', learningRate: 0.1 }, evaluation: { everyExamples: 400 }, noiseScale: { smallBatch: 8, shards: 8 } },
  controller: { kind: 'loss-gap', batchMax: 64, flatT: 1000, windowExamples: 400, cooldownExamples: 400, divergeSigma: null, divergeRatio: null, divergeT: null },
  comparison: { arms: ['controller', 'fixed-small', 'fixed-large-scaled', 'epoch-doubling', 'rate-decay', 'cabs', 'norm-test', 'noise-scale'], seeds: 2, smallBatch: 16, largeBatch: 100, epochs: 3, warmupEpochs: 1, doublingEpochs: 1, target: { criterion: 'validation-accuracy', value: 0.6 }, parallelRuns: 2 },
}

let whole: Awaited<ReturnType<typeof makeFolder>>
let ran: Finished
let id: string
beforeAll(async () => {
  whole = await makeFolder({ 'tiny.yaml': JSON.stringify(tinyComparison) })
  ran = await spawnLoupe(['--workspace', whole.file('w'), 'run', whole.file('tiny.yaml'), '--json'])
  id = (ran.lines.at(-1) as { readonly study: { readonly id: string } }).study.id
}, TIMEOUT_MS)
afterAll(() => whole.remove())

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder.remove())

describe('loupe run of a comparison', () => {
  it('R1: trains every way with every seed, the batch changing inside a run, and says what came out on the last line', () => {
    expect([ran.code, ran.stderr.includes('fault')]).toEqual([0, false])
    const { study } = ran.lines.at(-1) as { readonly study: Record<string, unknown> }
    expect(Object.keys(study)).toEqual(['id', 'method', 'runs', 'comparison'])
    expect(study['method']).toBe('loss-gap-batch')
    const runs = study['runs'] as readonly Record<string, unknown>[] // checked below
    expect(runs).toHaveLength(16)
    for (const run of runs) expect(run).toMatchObject({ status: 'done', problem: null })
    expect(Object.keys(runs[0] ?? {})).toEqual(['id', 'arm', 'seed', 'status', 'problem', 'validationAccuracy', 'validationLoss', 'trainLoss', 'testAccuracy', 'updates', 'examples', 'wallMs', 'toTarget', 'batchChanges', 'rollbacks', 'finalBatch'])
    const of = (arm: string) => runs.filter((run) => run['arm'] === arm)
    // 3 epochs of 800 in batches of 16; of 100.
    expect(of('fixed-small').map((run) => [run['updates'], run['examples'], run['batchChanges']])).toEqual([[150, 2400, 0], [150, 2400, 0]])
    expect(of('fixed-large-scaled').map((run) => run['updates'])).toEqual([24, 24])
    // 50 updates of 16, 25 of 32, 12 or 13 of 64.
    for (const run of of('epoch-doubling')) expect(run).toMatchObject({ batchChanges: 2, finalBatch: 64, updates: expect.toSatisfy((updates) => updates >= 87 && updates <= 88) })
    for (const run of of('controller')) {
      expect(run).toMatchObject({ batchChanges: 2, finalBatch: 64, rollbacks: 0 })
      expect(run['updates']).toBeLessThan(120)
    }
  })

  it('holds every way against the fixed small batch, with verdict and warnings', () => {
    const { comparison } = (ran.lines.at(-1) as { readonly study: { readonly comparison: unknown } }).study
    const { verdict, arms, target } = lossGapBatchReport.pick({ verdict: true, arms: true, target: true }).parse(comparison)
    expect(target).toEqual({ criterion: 'validation-accuracy', value: 0.6 })
    expect(arms.map(({ arm }) => arm)).toEqual(tinyComparison.comparison.arms)
    expect(['better', 'less-accurate', 'accuracy-undecided']).toContain(verdict.code) // fewer updates it has, how accurate two seeds of so little training are is chance
    for (const { arm, validationAccuracy, testAccuracy, ratios } of arms) {
      expect(validationAccuracy?.n).toBe(2)
      expect(testAccuracy?.mean).toBeGreaterThan(0.2)
      if (arm !== 'fixed-small') expect(ratios?.updates?.n).toBe(2)
    }
  })

  it('logs why and how each change of the batch size was made', async () => {
    const events = ran.lines.flatMap((line) => {
      const event = line['event'] as { readonly name: string; readonly payload: { readonly event?: { readonly kind: string; readonly message: string; readonly facts: Record<string, unknown> } } } | undefined
      return event?.name === 'log.event' && event.payload.event?.kind === 'batch.changed' ? [event.payload.event] : []
    })
    expect(events.length).toBeGreaterThanOrEqual(8)
    expect(events[0]?.message).toMatch(/^Batch size \d+ → \d+: .+\. Realised as 1 × \d+ × 1 \(replicas × micro-batch × loops\): /)
    expect(events[0]?.facts).toMatchObject({ fromBatch: expect.any(Number), toBatch: expect.any(Number), trigger: expect.any(String), replicas: 1, loops: 1 })
  })

  it('is shown, listed, exported and reported', { timeout: TIMEOUT_MS }, async () => {
    const workspace = ['--workspace', whole.file('w')]
    const shown = await spawnLoupe([...workspace, 'show', id])
    expect(shown.stdout).toContain('Target: validation-accuracy >= 0.6')
    expect(shown.stdout).toMatch(/\ncontroller +2\/2 +\d+\.\d\d ± \d+\.\d\d /)
    expect(shown.stdout).toMatch(/\n(The controller|These seeds) /)
    const listed = await spawnLoupe([...workspace, 'list'])
    expect(listed.stdout).toMatch(/loss-gap-batch +finished/)
    const exported = await spawnLoupe([...workspace, 'export', id, '--out', folder.file('out')])
    expect(exported.stdout.trim().split('\n')).toHaveLength(8)
    expect(lossGapBatchReport.parse(JSON.parse(await readFile(folder.file('out/report.json'), 'utf8')))).toMatchObject({ studyId: id, method: 'loss-gap-batch' })
    const metrics = await readFile(folder.file('out/metrics.csv'), 'utf8')
    for (const key of ['batch/size', 'controller/slope-t', 'noise/trace', 'controller/wanted-batch']) expect(metrics).toContain(`,${key},`)
    const reported = await spawnLoupe([...workspace, 'report', '--out', folder.file('report.html')])
    expect(reported.code).toBe(0)
    const page = await readFile(folder.file('report.html'), 'utf8')
    expect(page).toContain('× the updates</td>')
    expect(page).toContain('<dd>16 done, 0 failed</dd>')
    expect(page).toContain('first 16, at most 64 by the controller, fixed large 100 examples')
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  it('is as good as its last line where it was interrupted and resumed', { timeout: TIMEOUT_MS }, async () => {
    let isSent = false
    const cut = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-', '--json'], {
      input: JSON.stringify(tinyComparison),
      onLine(line, kill) {
        if (isSent || !line.includes('"status":"finished"') || !line.includes('"run.changed"')) return
        isSent = true
        kill('SIGINT')
      },
    })
    expect(cut.code).toBe(130)
    const { id: cutId } = (cut.lines.at(-1) as { readonly error: { readonly facts: { readonly id: string } } }).error.facts
    const resumed = await spawnLoupe(['--workspace', folder.file('w'), 'resume', cutId, '--json'])
    expect(resumed.code).toBe(0)
    const outcome = (finished: Finished) =>
      (finished.lines.at(-1) as { readonly study: { readonly runs: readonly Record<string, unknown>[] } }).study.runs.map(({ arm, seed, updates, examples, validationAccuracy, batchChanges, finalBatch }) => ({ arm, seed, updates, examples, validationAccuracy, batchChanges, finalBatch }))
    expect(outcome(resumed)).toEqual(outcome(ran))
  })
})

describe('loupe template loss-gap-batch', () => {
  it('prints a config that loupe takes as it is, with what every key means', { timeout: TIMEOUT_MS }, async () => {
    await expectTemplate('loss-gap-batch', [
      'signals: [train-loss] # signals; whose gap is watched; some of train-loss, validation-loss, train-error, validation-error',
      'flatT: 2 # 1; the slope is not below 0 by more than this many standard errors, null for off; >= 0',
    ])
  })
})

describe('a comparison that cannot be made', () => {
  const refused = async (change: object) => await spawnLoupe(['--workspace', folder.file('w'), 'run', '-'], { input: JSON.stringify({ ...tinyComparison, ...change }) })

  it.each([
    ['a floor above the cap', { controller: { kind: 'loss-gap', batchMin: 64, batchMax: 32 } }, 'batchMin 64 is above batchMax 32'],
    ['a cap above the data', { controller: { kind: 'loss-gap', batchMax: 801 } }, 'batchMax 801 is a batch larger than the 800 training samples'],
    ['a threshold that is impossible', { controller: { kind: 'loss-gap', flatT: -1 } }, 'controller.flatT'],
    ['a factor that does not grow', { controller: { kind: 'loss-gap', growFactor: 1 } }, 'controller.growFactor'],
    ['validation signals without validation examples', { run: { ...tinyComparison.run, dataset: { name: 'digits', trainExamples: 800, validationExamples: 0 } }, controller: { kind: 'loss-gap', batchMax: 64, signals: ['validation-loss'] } }, 'validationExamples'],
    ['CABS with momentum', { run: { ...tinyComparison.run, optimizer: { kind: 'momentum' } } }, 'CABS is derived for SGD without momentum'],
  ])('is refused as bad input: %s', { timeout: TIMEOUT_MS }, async (_, change, message) => {
    const { code, stderr } = await refused(change)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('loupe branch', () => {
  const run = { dataset: { name: 'digits', trainExamples: 800, validationExamples: 200 }, model: { kind: 'mlp', hidden: [16] }, optimizer: { kind: 'sgd', learningRate: 0.1 }, batchSize: 16, maxExamples: 2400 }

  it('goes on from a checkpoint with other settings, and with the same ones to the same end', { timeout: TIMEOUT_MS }, async () => {
    const loupe = (...args: string[]) => spawnLoupe(['--workspace', folder.file('w'), ...args])
    await writeFile(folder.file('run.yaml'), JSON.stringify(run))
    await writeFile(folder.file('slower.yaml'), JSON.stringify({ ...run, optimizer: { kind: 'sgd', learningRate: 0.01 } }))
    const first = await loupe('run', folder.file('run.yaml'), '--json')
    const { id: parent, metrics } = (first.lines.at(-1) as { readonly run: { readonly id: string; readonly metrics: Record<string, number> } }).run
    const same = await loupe('branch', parent, folder.file('run.yaml'), '--step', '100', '--json')
    expect(same.code).toBe(0)
    expect(same.lines.at(-1)).toMatchObject({ run: { status: 'finished', steps: 150, metrics: { 'train/loss': metrics['train/loss'], 'test/loss': metrics['test/loss'] } } })
    const slower = await loupe('branch', parent, folder.file('slower.yaml'), '--step', '100', '--json')
    const loss = (slower.lines.at(-1) as { readonly run: { readonly metrics: Record<string, number> } }).run.metrics['train/loss']
    expect(loss).toBeGreaterThan(metrics['train/loss'] ?? Infinity)

    const missing = await loupe('branch', parent, folder.file('run.yaml'), '--step', '7')
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('no checkpoint of step 7')])
    expect((await loupe('branch', parent, folder.file('run.yaml'), '--step', 'x')).code).toBe(2)
    expect((await loupe('branch', 'run-999999', folder.file('run.yaml'))).code).toBe(2)
    await writeFile(folder.file('study.yaml'), JSON.stringify(tinyComparison))
    expect((await loupe('branch', parent, folder.file('study.yaml'))).stderr).toContain('is a study, and a branch is a single run')
  })
})
