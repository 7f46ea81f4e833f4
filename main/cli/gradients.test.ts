import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BitHistogram, GradientRecord } from '../contract/gradient-records.ts'
import { runConfig } from '../contract/run-config.ts'
import { openLogWriter } from '../log/open.ts'
import { bitHistogram, placeOf } from '../methods/gradient-quantization/bit-histogram.ts'
import { drawn } from '../methods/gradient-quantization/test/drawn.ts'
import type { Source } from '../methods/gradient-quantization/test/drawn.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
let studyId: string

function histogramOf(source: Source, seed: number): BitHistogram {
  const { counts } = bitHistogram(drawn(source, { count: 10_000, seed, scale: 1e-3 }), { mantissaBits: 4 })
  const bins = Array.from({ length: counts.length }, (_, bin) => bin).filter((bin) => (counts[placeOf(bin, 4)] ?? 0) > 0)
  return { mantissaBits: 4, bins, counts: bins.map((bin) => counts[placeOf(bin, 4)] ?? 0), zeros: 0 }
}

/** Units `stem` of Laplace values and `classes` of normal ones, sent by a normal fit; the errors are Student-t. */
const recordsAt = (step: number, worker: number): GradientRecord[] =>
  (['laplace', 'normal'] as const).map((source, index) => {
    const values = histogramOf(source, worker + 1)
    const compression = { kept: 260, asked: 100, lower: -0.002, upper: 0.002, distribution: 'normal', location: 0, scale: 0.001, degreesOfFreedom: null, status: 'fitted' }
    return { step, worker, unit: index === 0 ? 'stem' : 'classes', elements: 10_000, histograms: { gradient: values, values, error: histogramOf('student-t-3', 7) }, compression }
  })

beforeAll(async () => {
  folder = await makeFolder()
  const log = openLogWriter({ workspace: folder.file('w') })
  const exchange = { compressor: { kind: 'fitted', distribution: 'normal', ratio: 0.01 }, logEvery: 50 } as const
  const runs = [runConfig.parse({ exchange }), runConfig.parse({ exchange }), runConfig.parse({}), runConfig.parse({ exchange: { ...exchange, target: 'weight-delta' } })].map((config) => log.createRun({ studyId: null, key: '', config }))
  log.appendGradients(runs[3]?.id ?? '', recordsAt(100, 0))
  for (const step of [50, 100]) log.appendGradients(runs[0]?.id ?? '', [0, 1].flatMap((worker) => recordsAt(step, worker)))
  const { studyConfig } = await import('../contract/study-config.ts')
  studyId = log.createStudy(studyConfig.parse({ method: 'gradient-quantization' })).id
  log.close()
})
afterAll(() => folder.remove())

const loupe = (...args: readonly string[]) => spawnLoupe(['--workspace', folder.file('w'), 'gradients', ...args])

describe('loupe gradients', () => {
  it('fits the last logged step of the first worker, unit by unit', async () => {
    const { code, stdout } = await loupe('run-1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Run run-000001, step 100, worker 0: compressed values\n\nunit +values +zeros +distribution/)
    expect(stdout).toMatch(/\nstem +10000 +0\.0 % +normal .*\n +laplace .* 0\.0 .*\n +cauchy .*\n +student-t /)
    expect(stdout).toMatch(/\nstem +laplace +normal +260 +100 +fitted\nclasses +normal +normal +260 +100 +fitted/)
  })

  it('names weight deltas of a run that exchanges them', async () => {
    expect((await loupe('run-4', '--target', 'gradient')).stdout).toMatch(/^Run run-000004, step 100, worker 0: weight delta\n/)
  })

  it('gives scripts the fits of one unit, worker, step and target', async () => {
    const { code, lines } = await loupe('run-1', '--step', '50', '--worker', '1', '--unit', 'stem', '--json')
    expect(code).toBe(0)
    const { gradients } = lines[0] as { readonly gradients: { readonly units: readonly { readonly fits: readonly { readonly distribution: string; readonly threshold: number; readonly constants: { readonly scale: number } }[] }[] } }
    expect(gradients).toMatchObject({ run: 'run-000001', step: 50, worker: 1, target: 'values', steps: [50, 100], units: [{ unit: 'stem', elements: 10_000, ratio: 0.01, best: 'laplace', zeros: 0, compression: { distribution: 'normal', kept: 260 } }] })
    const fit = gradients.units[0]?.fits.find(({ distribution }) => distribution === 'laplace')
    expect((fit?.threshold ?? 0) / (fit?.constants.scale ?? 1)).toBeCloseTo(-Math.log(0.01), 9)
    const errors = await loupe('run-1', '--target', 'error', '--unit', 'stem', '--json')
    expect(errors.lines[0]).toMatchObject({ gradients: { target: 'error', units: [{ ratio: null, best: 'student-t', fits: [{ threshold: null }, {}, {}, {}] }] } })
  })

  it.each([
    ['a step that was not logged', ['run-1', '--step', '60'], 'The nearest of its 2 logged steps is 50.'],
    ['a worker that there is not', ['run-1', '--worker', '2'], 'has no worker 2. It has 0, 1.'],
    ['a unit that there is not', ['run-1', '--unit', 'clases'], 'Did you mean "classes"?'],
    ['a run that has not logged any yet', ['run-2'], 'its workers log them every 50 steps (exchange.logEvery)'],
    ['a run that trains alone', ['run-3'], 'it trains alone, without an exchange'],
    ['a worker that is no number', ['run-1', '--worker', '-1'], 'A worker is a whole number'],
    ['a target that there is not', ['run-1', '--target', 'loss'], 'gradient, values, error'],
  ])('refuses %s, and says what there is', async (_, args, message) => {
    const { code, stderr } = await loupe(...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })

  it('says of a study that gradients are of one run', async () => {
    expect((await loupe(studyId)).stderr).toContain('is a study, and gradients are of one run')
  })
})
