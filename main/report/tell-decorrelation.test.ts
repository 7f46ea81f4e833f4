import { describe, expect, it } from 'vitest'
import type { Status, StudyRecord } from '../contract/records.ts'
import { buildReport } from '../methods/channel-decorrelation/build-report.ts'
import { facts, madeConfig, madeRun, type MadeRun } from '../methods/channel-decorrelation/test/made-runs.ts'
import { tableHtml } from './html-blocks.ts'
import { tellingOf } from './telling.ts'

const seeds = (way: MadeRun['way'], accuracies: readonly number[], rest: Partial<MadeRun> = {}): MadeRun[] => accuracies.map((accuracy, index) => ({ accuracy, ...rest, way, seed: index + 1 }))
const supervised = seeds('supervised', [0.8, 0.802])

function tell(runs: readonly MadeRun[], { status = 'finished', labels = {} }: { readonly status?: Status; readonly labels?: object } = {}) {
  const config = madeConfig({ ways: [...new Set(runs.map(({ way }) => way))], fractions: [...new Set(runs.map(({ fraction = 0.05 }) => fraction))], seeds: 2, ...labels })
  const study: StudyRecord = { id: 'study-0005', name: '', status, config, configHash: 'c0ffee', createdAt: 1, startedAt: 1, finishedAt: 2, error: null }
  const report = { ...buildReport(config, runs.map((run) => madeRun(config, run)), facts), studyId: study.id }
  const told = tellingOf({ study, runs: [], lastActiveAt: 2, reading: { report } })
  if (told === null) throw new Error('A study whose data can be read is told of.')
  return told
}

describe('what the weekly report says of a comparison on few labels', () => {
  it('is where decorrelating helps, what it rests on and what to do', () => {
    const told = tell([...supervised, ...seeds('3b', [0.85, 0.852], { meanDeviation: 0.45 })])
    expect([told.short, told.state]).toEqual(['1 of 1 better, 0 worse', 'helps'])
    expect(told.nextStep).toBe('Use 3b labels=0.05, and verify it with seeds of its own.')
    expect(tableHtml(told.table).html).toContain('<td class="words">3b</td><td>100</td><td>2</td><td>85.1 ± 0.1\u00a0%</td><td>+5.00 (+5.00 to +5.00)</td><td>5.9 ± 0.1\u00a0%</td><td>0.300</td><td>12.0</td><td>0.0</td><td>0.81</td><td>2.0</td>')
    expect(told.setup).toEqual([['Losses', 'weights 1 task, 0.1 unlabelled, 0.1 labelled; squared correlation, mean, pooling average, after 500 steps of warm-up'], ['Length', '100 steps at batch size 40, 2 seeds of each way and fraction']])
    expect(told.answer.html + tableHtml(told.table).html).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  it('has a next step for each outcome', () => {
    const failed = { status: 'failed', error: { code: 'not-finite', message: 'NaN.', facts: {} } } as const
    const next = (runs: readonly MadeRun[], options: Parameters<typeof tell>[1] = {}) => tell(runs, options).nextStep
    expect(next([...supervised, ...seeds('3b', [0.85, 0.852]), ...seeds('3c', [0.5, 0.502])])).toBe('Decorrelate only where it helps (3b labels=0.05), and verify that with seeds of its own.')
    expect(next([...supervised, ...seeds('3b', [0.5, 0.502])])).toContain('Decorrelating hurts here')
    expect(next([...supervised, ...seeds('3b', [0.79, 0.812])])).toContain('These 2 seeds show no difference')
    expect(next([...supervised.slice(0, 1), ...seeds('3b', [0.85])], { labels: { seeds: 1 } })).toContain('Add seeds: with one of each')
    expect(next(seeds('3b', [0.85, 0.852]))).toContain('Add "supervised" to the ways')
    expect(next([...seeds('supervised', [0, 0], failed), ...seeds('3b', [0.85, 0.852])])).toContain('See why the runs of supervised training failed')
    expect(next(supervised)).toContain('add "3b" to the ways')
    expect(next([...supervised, ...seeds('3b', [0.8, 0.8], { status: 'running' })], { status: 'running' })).toBe('Nothing to do: the comparison goes on by itself.')
    expect(next([...supervised, ...seeds('3b', [0.8, 0.8], { status: 'paused' })], { status: 'paused' })).toContain('`loupe resume study-0005`')
    expect(next(supervised, { status: 'failed' })).toContain('mend what its error names')
  })
})
