import { describe, expect, it } from 'vitest'
import type { StudyRecord } from '../contract/records.ts'
import { buildReport } from '../methods/channel-decorrelation/build-report.ts'
import { facts, madeConfig, madeRun, type MadeRun } from '../methods/channel-decorrelation/test/made-runs.ts'
import { studyJson, studyText } from './study-result.ts'

const config = madeConfig({ ways: ['supervised', '3b'], seeds: 2 })
const made: readonly MadeRun[] = [1, 2].flatMap((seed) =>
  [0.05, 1].flatMap((fraction): MadeRun[] => [
    { way: 'supervised', fraction, seed, accuracy: 0.8, trainAccuracy: 1 },
    { way: '3b', fraction, seed, accuracy: fraction === 1 ? 0.8 : 0.85, meanDeviation: 0.45 },
  ]),
)
const study: StudyRecord = { id: 'study-0005', name: 'Few labels', status: 'finished', config, configHash: 'c0ffee', createdAt: 1, startedAt: 1, finishedAt: 2, error: null }
const told = { study, runs: [], report: { ...buildReport(config, made.map((run) => madeRun(config, run)), facts), studyId: study.id } }

describe('a comparison on few labels on the command line', () => {
  it('has for scripts each run with its accuracy and channels, and the verdict', () => {
    const { study: json } = studyJson(told) as { readonly study: Record<string, unknown> }
    expect(Object.keys(json)).toEqual(['id', 'method', 'runs', 'verdict', 'comparison'])
    expect([json['id'], json['method']]).toEqual(['study-0005', 'channel-decorrelation'])
    const runs = json['runs'] as readonly Record<string, unknown>[]
    expect(runs).toHaveLength(8)
    expect(runs[1]).toMatchObject({ id: 'run-3b-labels=0.05-1', arm: '3b labels=0.05', way: '3b', fraction: 0.05, seed: 1, status: 'done', problem: null, accuracy: 0.85, meanCorrelation: 0.3, effectiveRank: 12, deadChannels: 0, steps: 100, wallMs: 200, stepMs: 2 })
    expect(json).toMatchObject({ verdict: { code: 'helps', facts: { better: '3b labels=0.05', notShown: '3b labels=1' } }, comparison: { confidence: 0.95, arms: [{ id: 'supervised labels=0.05' }, {}, {}, {}] } })
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
  })

  it('has for people a row for each way and fraction, the verdict and what to know', () => {
    const text = studyText(told)
    expect(text).toContain('Study study-0005 "Few labels": finished\n')
    expect(text).toMatch(/\n3b +100 +2\/2 +85\.00 ± 0\.00 +\+5\.00 \(\+5\.00 to \+5\.00\) +6\.00 +0\.300 +12\.0 +0\.0 +0\.81 +2\.0\n/)
    expect(text).toContain('With 5 % of the labels (100): better 3b (+5.00 points')
    expect(text).toContain('By chance, independent channels in labelled batches of 40 have mean |ρ| 0.129 and mean ρ² 0.0256\n')
    expect(text).toContain('Note: All ways and fractions share one learning rate')
    expect(text).not.toMatch(/NaN|undefined|null/)
  })
})
