import { describe, expect, it } from 'vitest'
import type { Status, StudyRecord } from '../contract/records.ts'
import { buildReport } from '../methods/gradient-quantization/build-report.ts'
import type { QuantizationArm } from '../methods/gradient-quantization/config.ts'
import { madeConfig, madeRun, type MadeRun } from '../methods/gradient-quantization/test/made-runs.ts'
import { tableHtml } from './html-blocks.ts'
import { tellingOf } from './telling.ts'

const seeds = (arm: QuantizationArm, accuracy: number, rest: Partial<MadeRun> = {}): MadeRun[] => [1, 2].map((seed) => ({ accuracy, ...rest, arm, seed }))
const dense = seeds('dense', 0.9, { bytesUp: 40_000 })

function tell(runs: readonly MadeRun[], { status = 'finished', quantization = {}, exchange = {} }: { readonly status?: Status; readonly quantization?: object; readonly exchange?: object } = {}) {
  const config = madeConfig({ arms: [...new Set(runs.map(({ arm }) => arm))], seeds: 2, ...quantization }, { exchange })
  const study: StudyRecord = { id: 'study-0003', name: '', status, config, configHash: 'c0ffee', createdAt: 1, startedAt: 1, finishedAt: 2, error: null }
  const report = { ...buildReport(config, runs.map((run) => madeRun(config, run))), studyId: study.id }
  const told = tellingOf({ study, runs: [], lastActiveAt: 2, reading: { report } })
  if (told === null) throw new Error('A study whose data can be read is told of.')
  return told
}

describe('what the weekly report says of quantized gradients', () => {
  it('is the way that sends least at no cost, what it rests on and what to do', () => {
    const told = tell([...dense, ...seeds('fitted-laplace', 0.9, { bytesUp: 800 }), ...seeds('random-k', 0.6)])
    expect([told.short, told.state]).toEqual(['fitted-laplace, 50 × fewer bytes', 'some within'])
    expect(told.nextStep).toBe('Send with fitted-laplace; add seeds where the others matter.')
    expect(told.lines[0]).toContain('At most 1.00 points below dense')
    expect(tableHtml(told.table).html).toContain('<td class="words">fitted-laplace</td><td>2</td><td>90.0 ± 0.0\u00a0%</td><td>+0.00 (+0.00 to +0.00)</td><td>800 ± 0</td><td>50.0</td>')
    expect(told.setup).toEqual([['Exchange', '4 workers, all-gather, by layer, ratio 0.01'], ['Length', '4 epochs at batch size 40, 2 seeds of each way']])
    expect(told.answer.html + tableHtml(told.table).html).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  it('names weight deltas where they are exchanged', () => {
    const told = (runs: readonly MadeRun[], exchange: object) => tell(runs, { exchange }).setup[0]?.[1]
    expect(told([...dense, ...seeds('dense-deltas', 0.9)], { localSteps: 8 })).toBe('4 workers, all-gather, by layer, ratio 0.01, gradients, and weight deltas of 8 steps where a way says so')
    expect(told([...dense, ...seeds('top-k', 0.9)], { target: 'weight-delta', localSteps: 1 })).toBe('4 workers, all-gather, by layer, ratio 0.01, weight deltas of 1 step')
  })

  it('has a next step for each outcome', () => {
    const failed = { status: 'failed', error: { code: 'not-finite', message: 'NaN.', facts: {} } } as const
    const next = (runs: readonly MadeRun[], options: Parameters<typeof tell>[1] = {}) => tell(runs, options).nextStep
    expect(next([...dense, ...seeds('top-k', 0.9)])).toBe('Send with top-k, or try a smaller ratio than 0.01.')
    expect(next([...dense, ...seeds('top-k', 0.5)])).toContain('Raise the ratio above 0.01')
    expect(next([...dense, { arm: 'top-k', seed: 1, accuracy: 0.8 }, { arm: 'top-k', seed: 2, accuracy: 0.95 }])).toContain('Add seeds: these 2 do not tell')
    expect(next([...dense.slice(0, 1), ...seeds('top-k', 0.9).slice(0, 1)], { quantization: { seeds: 1 } })).toContain('Add seeds: with one of each way')
    expect(next(seeds('top-k', 0.9))).toContain('Add dense to the arms')
    expect(next([...seeds('dense', 0.9, failed), ...seeds('top-k', 0.9)])).toContain('See why the runs of dense failed')
    expect(next(dense)).toContain('add other ways')
    expect(next([...dense, ...seeds('top-k', 0.9, { status: 'running' })], { status: 'running' })).toBe('Nothing to do: the comparison goes on by itself.')
    expect(next([...dense, ...seeds('top-k', 0.9, { status: 'paused' })], { status: 'paused' })).toContain('`loupe resume study-0003`')
    expect(next(dense, { status: 'failed' })).toContain('mend what its error names')
  })
})
