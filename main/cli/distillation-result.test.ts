import { describe, expect, it } from 'vitest'
import type { StudyRecord } from '../contract/records.ts'
import { buildReport } from '../methods/feature-distillation/build-report.ts'
import { facts, madeConfig, madeRun, type MadeRun } from '../methods/feature-distillation/test/made-runs.ts'
import { studyJson, studyText } from './study-result.ts'

const config = madeConfig({ seeds: 2, rearDepths: [1], maxTrainingMegaMacs: 50 })
const made: readonly MadeRun[] = [1, 2].flatMap((seed) => [
  { way: 'whole', seed, accuracy: 0.9 },
  ...[1, 2].flatMap((depth): MadeRun[] => [
    { way: 'alone', depth, seed, accuracy: 0.8 },
    { way: 'deep-supervision', depth, seed, accuracy: 0.81 },
    { way: 'distilled', depth, seed, accuracy: 0.85 },
    { way: 'distilled', depth, rear: 1, seed, accuracy: 0.83 },
  ]),
])
const study: StudyRecord = { id: 'study-0004', name: 'Small', status: 'finished', config, configHash: 'c0ffee', createdAt: 1, startedAt: 1, finishedAt: 2, error: null }
const told = { study, runs: [], report: { ...buildReport(config, made.map((run) => madeRun(config, run)), facts), studyId: study.id } }

describe('a comparison of students on the command line', () => {
  it('has for scripts each run with its exits, the verdict and the choice', () => {
    const { study: json } = studyJson(told) as { readonly study: Record<string, unknown> }
    expect(Object.keys(json)).toEqual(['id', 'method', 'runs', 'verdict', 'decision', 'comparison'])
    expect([json['id'], json['method']]).toEqual(['study-0004', 'feature-distillation'])
    const runs = json['runs'] as readonly Record<string, unknown>[]
    expect(runs).toHaveLength(18)
    expect(runs.find(({ id }) => id === 'run-distilled-depth=1-1')).toMatchObject({ arm: 'distilled depth=1', way: 'distilled', depth: 1, rear: 3, seed: 1, steps: 100, wallMs: 200, stepMs: 2, isCollapsed: false, status: 'done', problem: null, exits: [{ depth: 1, accuracy: 0.85 }, { depth: 4, isWhole: true }] })
    expect(json).toMatchObject({ verdict: { code: 'better', facts: { better: '1, 2' } }, decision: { chosen: 'distilled depth=1' } })
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
  })

  it('has for people a row for each student, the verdict, the choices and what to know', () => {
    const text = studyText(told)
    expect(text).toContain('Study study-0004 "Small": finished\nStudents of a stack of 4 blocks\n')
    expect(text).toMatch(/\ndistilled depth=1 +2\/2 +85\.00 ± 0\.00 +\+5\.00 \(\+5\.00 to \+5\.00\) +\+4\.00 \(\+4\.00 to \+4\.00\) +50 +1110 +1\.11 +0\.00662 +– +0\.90 +2\.0\n/)
    expect(text).toContain('Student chosen by accuracy: distilled depth=1\n')
    expect(text).toContain('Second extractor of distilled at 1: distilled depth=1, by accuracy\n')
    expect(text).toMatch(/\nSize law of alone: error goes as parameters\^-0\.\d{3} \(/)
    expect(text).toContain('Note: All ways share one learning rate')
  })
})
