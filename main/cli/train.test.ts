import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openLogReader } from '../log/open.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'
import type { Finished } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder.remove())

const TIMEOUT_MS = 180_000

/** Long enough to be interrupted: 5,000 steps. */
const longRun = {
  dataset: { name: 'digits' },
  model: { kind: 'mlp', hidden: [64] },
  optimizer: { kind: 'momentum', learningRate: 0.01 },
  evaluation: { everyExamples: 6000, fullGradient: true },
  noiseScale: { enabled: true, smallBatch: 16, shards: 4 },
  batchSize: 8,
  maxExamples: 40_000,
  checkpointEveryExamples: 9000,
}

const tinyStudy = {
  method: 'critical-batch-size',
  name: 'tiny',
  run: { dataset: { name: 'digits' }, model: { kind: 'mlp', hidden: [16] }, evaluation: { everyExamples: 256 } },
  sweep: { batchSizes: [16, 32, 64, 128], minSeeds: 1, maxSeeds: 1, target: { criterion: 'train-loss', value: 0.7 } },
}

/** Everything that a run logged but its times. */
function loggedValues(workspace: string, runId: string): Record<string, { readonly step: readonly number[]; readonly last: readonly number[] }> {
  const reader = openLogReader({ workspace })
  try {
    const keys = reader.metricKeys(runId).filter((key) => !key.startsWith('time/'))
    const series = reader.series({ runIds: [runId], keys, maxPoints: 1_000_000, from: null, to: null })
    return Object.fromEntries(series.map(({ key, step, last }) => [key, { step, last }]))
  } finally {
    reader.close()
  }
}

/** A run that nothing interrupted: what the others are compared with. */
let whole: Awaited<ReturnType<typeof makeFolder>>
let wholeRun: Finished
beforeAll(async () => {
  whole = await makeFolder()
  wholeRun = await spawnLoupe(['--workspace', whole.path, 'run', '-', '--json'], { input: JSON.stringify(longRun) })
}, TIMEOUT_MS)
afterAll(() => whole.remove())

describe('loupe template', () => {
  it('prints a config that loupe takes as it is, in YAML and in JSON', async () => {
    const yaml = await spawnLoupe(['template', 'critical-batch-size'])
    expect(yaml.stdout).toContain('batchSizes: [8, 16, 32, 64, 128, 256, 512, 1024] # examples; the batch sizes of the sweep')
    expect(yaml.stdout).toContain('kind: mlp # one of mlp, cnn, resnet, vit, mixer, residual-mlp, series-transformer')
    const { parseConfig } = await import('./config-file.ts')
    const json = await spawnLoupe(['template', 'critical-batch-size', '--format', 'json'])
    expect(parseConfig(yaml.stdout, 'yaml')).toEqual(parseConfig(json.stdout, 'json'))
    expect(parseConfig((await spawnLoupe(['template', 'run'])).stdout, 'run').kind).toBe('run')
  })
})

describe('loupe run', () => {
  it('trains a study to its end, with nothing but JSON on standard output and the result on the last line', { timeout: TIMEOUT_MS }, async () => {
    const { code, stdout, stderr, lines } = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-', '--json'], { input: JSON.stringify(tinyStudy) })
    expect([code, stderr.includes('fault')]).toEqual([0, false])
    const texts = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(texts.length)
    expect(lines.slice(0, -1).every((line) => Object.keys(line).join() === 'event')).toBe(true)
    const last = lines.at(-1) as { readonly study: Record<string, unknown> } // checked below
    expect(Object.keys(last)).toEqual(['study'])
    expect(Object.keys(last.study)).toEqual(['id', 'method', 'runs', 'criticalBatchSize', 'noiseScale', 'fits'])
    const runs = last.study['runs'] as readonly Record<string, unknown>[]
    expect(runs.map((run) => run['batchSize']).sort()).toEqual([128, 16, 32, 64])
    for (const run of runs) {
      expect(Object.keys(run)).toEqual(['id', 'batchSize', 'seed', 'steps', 'examples', 'wallMs', 'censored'])
      expect(run).toMatchObject({ seed: 1, censored: false })
      expect(run['examples']).toBeCloseTo(Number(run['steps']) * Number(run['batchSize']), 6)
    }
    expect(Object.keys(last.study['criticalBatchSize'] as object)).toEqual(['estimate', 'low', 'high', 'reason'])
  })

  it('shows and exports what it logged', { timeout: TIMEOUT_MS }, async () => {
    const workspace = ['--workspace', folder.file('w')]
    await writeFile(folder.file('study.yaml'), JSON.stringify(tinyStudy))
    const ran = await spawnLoupe([...workspace, 'run', folder.file('study.yaml')])
    expect(ran.code).toBe(0)
    expect(ran.stdout).toContain('Critical batch size:')
    const listed = await spawnLoupe([...workspace, 'list', '--json'])
    const [{ id }] = (listed.lines[0] as { readonly studies: readonly [{ readonly id: string }] }).studies
    const shown = await spawnLoupe([...workspace, 'show', id])
    expect(shown.stdout).toBe(ran.stdout)
    const exported = await spawnLoupe([...workspace, 'export', id, '--out', folder.file('out')])
    expect(exported.stdout.trim().split('\n')).toHaveLength(8)
    const metrics = (await readFile(folder.file('out/metrics.csv'), 'utf8')).trimEnd().split('\r\n')
    expect(metrics[0]).toBe('run,batchSize,seed,key,step,examples,wallMs,value,unit')
    const runs = JSON.parse(await readFile(folder.file('out/runs.json'), 'utf8')) as readonly { readonly steps: number }[]
    const steps = runs.reduce((sum, run) => sum + run.steps, 0)
    expect(metrics.filter((line) => line.includes('train/batch-loss'))).toHaveLength(steps) // not one value is left out
    expect(JSON.parse(await readFile(folder.file('out/report.json'), 'utf8'))).toMatchObject({ studyId: id })
  })

  it.each(['SIGINT', 'SIGKILL'] as const)('that was ended by %s goes on as if it had not been', { timeout: TIMEOUT_MS }, async (signal) => {
    await writeFile(folder.file('run.yaml'), JSON.stringify(longRun))
    expect(wholeRun.code).toBe(0)

    let isSent = false
    const cut = await spawnLoupe(['--workspace', folder.file('cut'), 'run', folder.file('run.yaml'), '--json'], {
      onLine(line, kill) {
        const steps = Number(/"run\.progressed".*"steps":(\d+)/.exec(line)?.[1] ?? 0)
        if (isSent || steps < 1500) return
        isSent = true
        kill(signal)
      },
    })
    expect(isSent).toBe(true)
    if (signal === 'SIGINT') {
      expect(cut.code).toBe(130)
      expect(cut.lines.at(-1)).toMatchObject({ error: { code: 'interrupted', facts: { kind: 'run' } } })
      expect(cut.stderr).toContain('loupe resume run-')
    } else expect(cut.code).toBeNull()

    const listed = await spawnLoupe(['--workspace', folder.file('cut'), 'list', '--json'])
    const [run] = (listed.lines[0] as { readonly runs: readonly [{ readonly id: string; readonly status: string; readonly steps: number }] }).runs
    if (signal === 'SIGINT') expect(run.status).toBe('interrupted') // a killed process is found out by the next one that writes
    expect(run.steps).toBeLessThan(5000)
    const short = run.id.replace(/-0+/, '-') // as a person would type it
    const resumed = await spawnLoupe(['--workspace', folder.file('cut'), 'resume', short, '--json'])
    expect(resumed.code).toBe(0)
    expect(resumed.lines.at(-1)).toMatchObject({ run: { id: run.id, status: 'finished', steps: 5000, examples: 40_000 } })

    const wholeId = (wholeRun.lines.at(-1) as { readonly run: { readonly id: string } }).run.id
    const [expected, found] = [loggedValues(whole.path, wholeId), loggedValues(folder.file('cut'), run.id)]
    expect(Object.keys(found)).toEqual(Object.keys(expected))
    expect(Object.keys(expected)).toEqual(expect.arrayContaining(['train/batch-loss', 'train/loss', 'validation/accuracy', 'gradient/squared-norm', 'noise/scale', 'test/loss']))
    for (const key of Object.keys(expected)) expect([key, found[key]]).toEqual([key, expected[key]]) // to the bit
  })

  it('that is a study, interrupted, keeps its finished runs', { timeout: TIMEOUT_MS }, async () => {
    const config = { ...tinyStudy, run: { ...tinyStudy.run, checkpointEveryExamples: 2000 }, sweep: { ...tinyStudy.sweep, batchSizes: [2, 4, 8, 16], parallelRuns: 1, target: { criterion: 'train-loss', value: 0.02 }, maxExamples: 20_000 } }
    let isSent = false
    const cut = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-', '--json'], {
      input: JSON.stringify(config),
      onLine(line, kill) {
        if (isSent || !line.includes('"status":"finished"') || !line.includes('"run.changed"')) return
        isSent = true
        kill('SIGINT')
      },
    })
    expect(cut.code).toBe(130)
    const reader = openLogReader({ workspace: folder.file('w') })
    const [study] = reader.studies({ limit: 10, offset: 0 }).studies
    const before = reader.runsOf(study?.id ?? '').filter((run) => run.status === 'finished')
    expect(study?.status).toBe('interrupted')
    expect(before.length).toBeGreaterThanOrEqual(1)
    const resumed = await spawnLoupe(['--workspace', folder.file('w'), 'resume', study?.id ?? '', '--json'])
    expect(resumed.code).toBe(0)
    expect(reader.study(study?.id ?? '').status).toBe('finished')
    for (const run of before) expect(reader.run(run.id)).toEqual(run)
    reader.close()
  })

  it('takes the signals that npm passes on beside the terminal’s own as one: it saves', { timeout: TIMEOUT_MS }, async () => {
    await writeFile(folder.file('run.yaml'), JSON.stringify(longRun))
    let isSent = false
    const { code, lines } = await spawnLoupe(['--workspace', folder.file('w'), 'run', folder.file('run.yaml'), '--json'], {
      onLine(line, kill) {
        if (isSent || !line.includes('run.progressed')) return
        isSent = true
        kill('SIGINT')
        setTimeout(() => kill('SIGINT'), 20)
      },
    })
    expect(code).toBe(130)
    expect(lines.at(-1)).toMatchObject({ error: { code: 'interrupted' } })
    const listed = await spawnLoupe(['--workspace', folder.file('w'), 'list', '--json'])
    expect(listed.lines[0]).toMatchObject({ runs: [{ status: 'interrupted' }] })
  })
})

describe('loupe run whose reader hangs up', () => {
  it('saves what trains and does not say that it is done', { timeout: TIMEOUT_MS }, async () => {
    const { code } = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-', '--json'], {
      input: JSON.stringify(longRun),
      onLine: (line, _kill, hangUp) => void (line.includes('run.progressed') && hangUp()),
    })
    expect(code).toBe(130)
    const listed = await spawnLoupe(['--workspace', folder.file('w'), 'list', '--json'])
    expect(listed.lines[0]).toMatchObject({ runs: [{ status: 'interrupted' }] })
  })
})

describe('loupe list', () => {
  it('answers within a second', { timeout: TIMEOUT_MS }, async () => {
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const began = performance.now()
      const { code } = await spawnLoupe(['--workspace', whole.path, 'list'])
      times.push(performance.now() - began)
      expect(code).toBe(0)
    }
    expect(Math.min(...times)).toBeLessThan(1000) // the least of five, because other tests share the processor
  })
})

describe('loupe fit-points', () => {
  it('fits points measured elsewhere', { timeout: TIMEOUT_MS }, async () => {
    // K = C1·b/(ε²b − C2) with 1/K = 0.01 − 0.04/b: b0 = 4, b* = 8.
    const rows = [6, 8, 12, 16, 32, 64, 128].flatMap((batch) => [1, 2, 3].map((seed) => `${batch},${seed},${(1 / (0.01 - 0.04 / batch)) * (1 + 0.002 * (seed - 2))}`))
    await writeFile(folder.file('points.csv'), ['batch,seed,steps', ...rows].join('\n'))
    const { code, lines } = await spawnLoupe(['fit-points', folder.file('points.csv'), '--json'])
    expect(code).toBe(0)
    const { report } = lines[0] as { readonly report: { readonly criticalBatchSize: { readonly estimate: number } } }
    expect(report.criticalBatchSize.estimate).toBeCloseTo(8, 0)
  })
})

describe('loupe serve', () => {
  it('serves the window and the contract, and saves when it ends', { timeout: TIMEOUT_MS }, async () => {
    const spoken = Promise.withResolvers<readonly [WebSocket, unknown]>()
    let end: (signal: NodeJS.Signals) => void = () => {}
    const served = spawnLoupe(['--workspace', folder.file('w'), 'serve', '--port', '0', '--json'], {
      onLine(line, kill) {
        end = kill
        const { serve } = JSON.parse(line) as { readonly serve: { readonly address: string } }
        const url = new URL(serve.address)
        const socket = new WebSocket(`ws://${url.host}/rpc${url.search}`)
        socket.on('error', spoken.reject)
        socket.on('open', () => socket.send(JSON.stringify({ id: 1, name: 'workspace.describe', input: {} })))
        socket.on('message', (data) => spoken.resolve([socket, JSON.parse(String(data))]))
      },
    })
    const [socket, answer] = await spoken.promise
    expect(answer).toMatchObject({ id: 1, response: { ok: true, value: { path: folder.file('w'), loupe: '0.1.0' } } })
    socket.close()
    end('SIGINT')
    expect((await served).code).toBe(0)
  })
})
