import { describe, expect, it } from 'vitest'
import type { StudyRecord } from '../contract/records.ts'
import { buildReport } from '../methods/gradient-quantization/build-report.ts'
import type { QuantizationArm } from '../methods/gradient-quantization/config.ts'
import { madeConfig, madeRun, type MadeRun } from '../methods/gradient-quantization/test/made-runs.ts'
import { studyJson, studyText } from './study-result.ts'

const arms: readonly QuantizationArm[] = ['dense', 'fitted-laplace', 'top-k-no-memory']
const config = madeConfig({ arms: [...arms], seeds: 2 })
const made: readonly MadeRun[] = [1, 2].flatMap((seed) => [
  { arm: 'dense', seed, accuracy: 0.9, bytesUp: 40_000, bytesDown: 120_000, asked: null, kept: 1 },
  { arm: 'fitted-laplace', seed, accuracy: 0.899, bytesUp: 800, bytesDown: 2400, kept: 0.011 },
  { arm: 'top-k-no-memory', seed, accuracy: 0.85 },
])
const study: StudyRecord = { id: 'study-0003', name: 'Sent', status: 'finished', config, configHash: 'c0ffee', createdAt: 1, startedAt: 1, finishedAt: 2, error: null }
const told = { study, runs: [], report: { ...buildReport(config, made.map((run) => madeRun(config, run))), studyId: study.id } }

describe('a comparison of gradients on the command line', () => {
  it('has for scripts what each run sent, and the verdict', () => {
    const { study: json } = studyJson(told) as { readonly study: Record<string, unknown> }
    expect(Object.keys(json)).toEqual(['id', 'method', 'runs', 'verdict', 'comparison'])
    expect([json['id'], json['method']]).toEqual(['study-0003', 'gradient-quantization'])
    const runs = json['runs'] as readonly Record<string, unknown>[]
    expect(runs).toHaveLength(6)
    expect(runs[1]).toEqual({ id: 'run-fitted-laplace-1', arm: 'fitted-laplace', seed: 1, accuracy: 0.899, bytesUp: 80_000, bytesDown: 240_000, keptRatio: expect.closeTo(0.011, 12), askedRatio: expect.closeTo(0.01, 12), steps: 100, wallMs: 200, status: 'done', problem: null })
    expect(json['verdict']).toMatchObject({ code: 'some-within', facts: { within: 'fitted-laplace', costs: 'top-k-no-memory', best: 'fitted-laplace', bestFactor: expect.closeTo(50, 9) } })
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
  })

  it('names weight deltas where they are exchanged', () => {
    const deltas = madeConfig({ arms: [...arms], seeds: 2 }, { exchange: { target: 'weight-delta', localSteps: 6 } })
    const report = { ...buildReport(deltas, made.map((run) => madeRun(deltas, run))), studyId: study.id }
    expect(studyText({ ...told, report })).toContain('4 workers, ratio 0.01, weight deltas of 6 steps\n')
    expect(studyJson({ ...told, report })).toMatchObject({ study: { comparison: { target: 'weight-delta', localSteps: 6 } } })
  })

  it('has for people a row for each way, the verdict and what to know about it', () => {
    const text = studyText(told)
    expect(text).toContain('Study study-0003 "Sent": finished\n4 workers, ratio 0.01\n')
    expect(text).toMatch(/\nfitted-laplace +2\/2 +89\.90 ± 0\.00 +-0\.10 \(-0\.10 to -0\.10\) +800 ± 0 +50\.00 +2400 ± 0 +50\.00 +1\.10 ± 0\.00 +1\.10 +2\.0\n/)
    expect(text).toContain('At most 1.00 points below dense, by the 95 % interval: fitted-laplace (−0.10 points, 50 times fewer bytes up).')
    expect(text).toContain('Note: All ways share one learning rate')
  })
})
