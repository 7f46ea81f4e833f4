import { describe, expect, it } from 'vitest'
import type { Status, StudyRecord } from '../contract/records.ts'
import { buildReport } from '../methods/feature-distillation/build-report.ts'
import { facts, madeConfig, madeRun, type MadeRun } from '../methods/feature-distillation/test/made-runs.ts'
import { tableHtml } from './html-blocks.ts'
import { tellingOf } from './telling.ts'

const seeds = (way: MadeRun['way'], accuracies: readonly number[], rest: Partial<MadeRun> = {}): MadeRun[] => accuracies.map((accuracy, index) => ({ accuracy, ...(way === 'whole' ? {} : { depth: 1 }), ...rest, way, seed: index + 1 }))
const alone = seeds('alone', [0.8, 0.802])

function tell(runs: readonly MadeRun[], { status = 'finished', students = {} }: { readonly status?: Status; readonly students?: object } = {}) {
  const config = madeConfig({ ways: [...new Set(runs.map(({ way }) => way))], depths: [1], seeds: 2, ...students })
  const study: StudyRecord = { id: 'study-0004', name: '', status, config, configHash: 'c0ffee', createdAt: 1, startedAt: 1, finishedAt: 2, error: null }
  const report = { ...buildReport(config, runs.map((run) => madeRun(config, run)), facts), studyId: study.id }
  const told = tellingOf({ study, runs: [], lastActiveAt: 2, reading: { report } })
  if (told === null) throw new Error('A study whose data can be read is told of.')
  return told
}

describe('what the weekly report says of students', () => {
  it('is the one that is chosen, what it rests on and what to do', () => {
    const told = tell([...seeds('whole', [0.9, 0.902]), ...alone, ...seeds('deep-supervision', [0.81, 0.812]), ...seeds('distilled', [0.85, 0.852])])
    expect([told.short, told.state]).toEqual(['distilled depth=1, 85.1 ± 0.1 %', 'better'])
    expect(told.nextStep).toBe('Use distilled depth=1; its run exports the student.')
    expect(tableHtml(told.table).html).toContain('<td class="words">distilled depth=1</td><td>2</td><td>85.1 ± 0.1\u00a0%</td><td>+5.00 (+5.00 to +5.00)</td><td>+4.00 (+4.00 to +4.00)</td><td>50\u00a0%</td><td>1110</td><td>1.11</td><td>–</td><td>2.0</td>')
    expect(told.setup).toEqual([['Students', expect.stringContaining('1 of 4 blocks, features by mse')], ['Length', '4 epochs at batch size 40, 2 seeds of each way and depth']])
    expect(told.answer.html + tableHtml(told.table).html).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  it('has a next step for each outcome', () => {
    const failed = { status: 'failed', error: { code: 'not-finite', message: 'NaN.', facts: {} } } as const
    const next = (runs: readonly MadeRun[], options: Parameters<typeof tell>[1] = {}) => tell(runs, options).nextStep
    expect(next([...alone, ...seeds('deep-supervision', [0.85, 0.842]), ...seeds('distilled', [0.85, 0.852])])).toContain('Add seeds to tell the gain from that of deep supervision')
    expect(next([...alone, ...seeds('distilled', [0.8, 0.802])])).toContain('train the student alone, or try soft targets')
    expect(next([...alone, ...seeds('distilled', [0.5, 0.502])])).toContain('Distilling hurts here')
    expect(next([...alone, ...seeds('distilled', [0.7, 0.95])])).toBe('Add seeds: these 2 do not tell whether distilling gains anything.')
    expect(next([...alone.slice(0, 1), ...seeds('distilled', [0.85])], { students: { seeds: 1 } })).toContain('Add seeds: with one of each')
    expect(next([...alone, ...seeds('distilled', [0.85, 0.852])], { students: { minAccuracy: 0.99 } })).toBe('No student is within the limits: loosen accuracy, or try other depths.')
    expect(next(seeds('distilled', [0.85, 0.852]))).toContain('Add "alone" to the ways')
    expect(next([...seeds('alone', [0, 0], failed), ...seeds('distilled', [0.85, 0.852])])).toContain('See why the runs of the students alone failed')
    expect(next(alone)).toContain('add "distilled" to the ways')
    expect(next([...alone, ...seeds('distilled', [0.8, 0.8], { status: 'running' })], { status: 'running' })).toBe('Nothing to do: the comparison goes on by itself.')
    expect(next([...alone, ...seeds('distilled', [0.8, 0.8], { status: 'paused' })], { status: 'paused' })).toContain('`loupe resume study-0004`')
    expect(next(alone, { status: 'failed' })).toContain('mend what its error names')
  })
})
