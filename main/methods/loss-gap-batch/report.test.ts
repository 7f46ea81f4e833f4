import { describe, expect, it } from 'vitest'
import type { ArmName } from './config.ts'
import { lossGapBatchReport } from './report.ts'
import { lossGapBatchStudy } from './study.ts'
import { facts, madeConfig, madeRun, type MadeRun } from './test/made-runs.ts'

const report = (runs: readonly MadeRun[], comparison: object = {}) => {
  const config = madeConfig({ seeds: Math.max(1, ...runs.map(({ seed }) => seed)), ...comparison })
  return lossGapBatchReport.parse(lossGapBatchStudy.report(config, runs.map((run) => madeRun(config, run)), facts))
}
const seeds = (arm: ArmName, each: readonly Omit<MadeRun, 'arm' | 'seed'>[]): MadeRun[] => each.map((one, index) => ({ ...one, arm, seed: index + 1 }))
const armOf = (made: ReturnType<typeof report>, arm: ArmName) => made.arms.find((one) => one.arm === arm)

describe('the report of a comparison', () => {
  const clear = [
    ...seeds('controller', [{ steps: 200, accuracy: 0.8, course: { changes: 3, rollbacks: 0, last: 80 } }, { steps: 210, accuracy: 0.801, course: { changes: 4, rollbacks: 1, last: 160 } }, { steps: 190, accuracy: 0.799, course: { changes: 3, rollbacks: 0, last: 80 } }]),
    ...seeds('fixed-small', [{ steps: 400, accuracy: 0.8 }, { steps: 400, accuracy: 0.802 }, { steps: 400, accuracy: 0.798 }]),
  ]

  it('gives mean, deviation and number of seeds of each way, and what each run did', () => {
    const made = report(clear)
    expect(made.runs).toHaveLength(6)
    expect(made.runs[0]).toMatchObject({ arm: 'controller', seed: 1, status: 'done', problem: null, updates: 200, examples: 8000, wallMs: 200, validationAccuracy: 0.8, testAccuracy: 0.8, batchChanges: 3, rollbacks: 0, finalBatch: 80 })
    expect(armOf(made, 'controller')).toMatchObject({ runs: 3, done: 3, failed: 0, reached: 3, firstBatch: 10, learningRate: 0.1, updates: { mean: 200, deviation: 10, n: 3 }, rollbacks: { mean: 1 / 3 } })
    expect(armOf(made, 'fixed-small')).toMatchObject({ updates: { mean: 400, deviation: 0 }, finalBatch: { mean: 10 }, ratios: null, accuracyGain: null })
  })

  it('reads updates, examples and time to the target off the curve, between two evaluations', () => {
    // The loss falls from 1 by halves every `targetStep` steps, on a straight line of its logarithm: 0.5 is met there.
    const made = report([...seeds('controller', [{ steps: 200, targetStep: 80, stepMs: 3 }]), ...seeds('fixed-small', [{ steps: 400, targetStep: 160 }])])
    expect(made.runs[0]?.toTarget?.updates).toBeCloseTo(80, 8)
    expect(made.runs[0]?.toTarget?.examples).toBeCloseTo(3200, 6)
    expect(made.runs[0]?.toTarget?.wallMs).toBeCloseTo(240, 6)
    const ratios = armOf(made, 'controller')?.ratios
    expect(ratios?.updates?.value).toBeCloseTo(0.5, 12)
    expect(ratios?.updatesToTarget?.value).toBeCloseTo(0.5, 8)
    expect(ratios?.wallMs?.value).toBeCloseTo(1.5, 12)
  })

  it('pairs ratios by seed', () => {
    // 200/400, 210/400 and 190/400.
    const ratio = armOf(report(clear), 'controller')?.ratios?.updates
    expect(ratio?.value).toBeCloseTo((0.5 * 0.525 * 0.475) ** (1 / 3), 12)
    expect(ratio?.n).toBe(3)
    expect(ratio?.low).toBeGreaterThan(0.43)
    expect(ratio?.high).toBeLessThan(0.57)
  })

  it('says better where the accuracy holds and the updates are surely fewer', () => {
    const { verdict } = report(clear)
    expect(verdict.code).toBe('better')
    expect(verdict.facts).toMatchObject({ tolerance: 0.01 })
    expect(Number(verdict.facts['updatesRatio'])).toBeCloseTo(0.4996, 3)
    expect(verdict.reason).toMatch(/^The controller is as accurate with fewer updates: ±0\.00 points of accuracy \(95 % interval −0\.25 points to \+0\.25 points\), at 0\.50 times the updates of the fixed small batch \(0\.44 to 0\.57\), 0\.50 times the training time/)
  })

  it('says less accurate where more than is tolerated is surely lost, however few the updates', () => {
    const { verdict } = report([...seeds('controller', [{ steps: 100, accuracy: 0.7 }, { steps: 100, accuracy: 0.701 }]), ...seeds('fixed-small', [{ accuracy: 0.8 }, { accuracy: 0.8 }])])
    expect(verdict.code).toBe('less-accurate')
    expect(Number(verdict.facts['accuracyGain'])).toBeCloseTo(-0.0995, 10)
  })

  it('says that it does not know where the seeds do not tell', () => {
    const undecided = report([...seeds('controller', [{ steps: 100, accuracy: 0.78 }, { steps: 100, accuracy: 0.82 }]), ...seeds('fixed-small', [{}, {}])])
    expect(undecided.verdict.code).toBe('accuracy-undecided')
    const alike = report([...seeds('controller', [{ steps: 300 }, { steps: 500 }]), ...seeds('fixed-small', [{}, {}])])
    expect(alike.verdict.code).toBe('alike')
    const dearer = report([...seeds('controller', [{ steps: 800 }, { steps: 801 }]), ...seeds('fixed-small', [{}, {}])])
    expect(dearer.verdict.code).toBe('dearer')
    const single = report([...seeds('controller', [{ steps: 200 }]), ...seeds('fixed-small', [{}])])
    expect(single.verdict.code).toBe('single-seed')
    expect(single.verdict.reason).toContain('0.50 times the updates')
  })

  it('is pending until every run has ended, and shows those that have not been made', () => {
    const made = report([...seeds('controller', [{}]), { arm: 'fixed-small', seed: 1, status: 'running', steps: 10 }], { seeds: 2 })
    expect(made.verdict).toMatchObject({ code: 'pending', facts: { ended: 1, runs: 4 } })
    expect(made.runs.map(({ status }) => status)).toEqual(['done', 'running', 'queued', 'queued'])
    expect(made.runs[2]?.runId).toBeNull()
  })

  it('shows runs that failed or diverged with their reason, keeps them out of the means, and drops none', () => {
    const made = report([
      ...seeds('controller', [{ steps: 200 }, { steps: 190, status: 'failed', error: { code: 'diverged', message: 'Training diverged 4 times.', facts: {} } }]),
      ...seeds('fixed-small', [{}, {}]),
    ])
    expect(made.runs[2]).toMatchObject({ arm: 'controller', seed: 2, status: 'failed', problem: 'Training diverged 4 times.', updates: 190 })
    expect(armOf(made, 'controller')).toMatchObject({ runs: 2, done: 1, failed: 1, updates: { mean: 200, n: 1 } })
    expect(made.verdict.code).toBe('single-seed')
    expect(made.warnings).toContainEqual({ code: 'failed-runs', message: '1 of the 2 runs of controller failed and are in no mean: Training diverged 4 times.', facts: { arm: 'controller', count: 1, total: 2, reason: 'Training diverged 4 times.' } })
  })

  it('has no verdict where the controller or what it is held against is missing', () => {
    const failed = { status: 'failed', error: { code: 'not-finite', message: 'The loss is NaN.', facts: {} } } as const
    expect(report([...seeds('controller', [failed]), ...seeds('fixed-small', [{}])]).verdict).toMatchObject({ code: 'no-controller', facts: { failed: 1 } })
    expect(report([...seeds('controller', [{}]), ...seeds('fixed-small', [failed])]).verdict).toMatchObject({ code: 'no-baseline', facts: { failed: 1 } })
    expect(report(seeds('controller', [{}]), { arms: ['controller'] }).verdict.code).toBe('no-baseline')
    expect(report(seeds('fixed-small', [{}]), { arms: ['fixed-small'] }).verdict.code).toBe('no-controller')
  })

  it('says who missed the target, who never moved, who went back and who ended at the cap', () => {
    const made = report([
      ...seeds('controller', [{ course: { changes: 0, rollbacks: 0, last: 10 } }]),
      ...seeds('cabs', [{ course: { changes: 5, rollbacks: 1, last: 128 } }]),
      ...seeds('fixed-small', [{ targetStep: 1e6 }]),
    ], { arms: ['controller', 'cabs', 'fixed-small'] })
    const said = made.warnings.map(({ code, facts: about }) => `${code} ${String(about['arm'] ?? '')}`.trim())
    expect(said).toEqual(['never-changed controller', 'rolled-back cabs', 'at-largest cabs', 'target-missed fixed-small', 'single-seed', 'one-rate'])
    expect(armOf(made, 'fixed-small')).toMatchObject({ reached: 0, updatesToTarget: null })
    expect(armOf(made, 'controller')?.ratios?.updatesToTarget).toBeNull()
  })

  it('says what the controller saves against the way used today', () => {
    const runs = [...clear, ...seeds('rate-decay', [{ steps: 800 }, { steps: 800 }, { steps: 800 }])]
    const { saving } = report(runs, { arms: ['controller', 'fixed-small', 'rate-decay'], currentArm: 'rate-decay' })
    expect(saving?.currentArm).toBe('rate-decay')
    expect(saving?.updates?.value).toBeCloseTo((200 * 210 * 190) ** (1 / 3) / 800, 10)
    expect(report(clear).saving).toBeNull()
  })

  it('adds up what was spent', () => {
    // 400 steps of 2 ms with their evaluations, 3600 money an hour: 0.8 s.
    const { spent } = report(seeds('fixed-small', [{}]), { hourlyRate: 3600 })
    expect(spent.examples).toBe(16_000)
    expect(spent.hours).toBeCloseTo(0.8 / 3600, 12)
    expect(spent.money).toBeCloseTo(0.8, 10)
  })

  it('reads the same curves against another target', () => {
    const runs = [...seeds('controller', [{ steps: 200, targetStep: 80 }])]
    expect(report(runs, { target: { criterion: 'train-loss', value: 0.25 } }).runs[0]?.toTarget?.updates).toBeCloseTo(160, 8)
    expect(report(runs, { target: null }).arms[0]).toMatchObject({ reached: null, updatesToTarget: null })
  })
})
