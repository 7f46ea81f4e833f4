import { describe, expect, it } from 'vitest'
import { describeTraining, trainingRows } from './log-training.ts'

const round = { loggedMs: 0.2008, bareMs: 0.2, ratio: 1.004, cpuMicroseconds: 2.54 }
const compared = [{ measure: 'training', title: 'MLP', batch: 16, rounds: [round, round, { ...round, ratio: 1.02 }] }] as const

describe('the table of training with and without the log', () => {
  it('gives medians, and the slowdown with its interval', () => {
    expect(trainingRows(compared)).toEqual(['| MLP | 16 | 0.200 | 0.201 | +0.40 % | +0.40 % to +2.00 % | 2.54 | +1.27 % | +1.27 % to +1.27 % |'])
  })

  it('says that an interval over the aim shows nothing, and that one below it does', () => {
    expect(describeTraining(compared)).toContain('slows by less than 1 % is not shown by the MLP, at batch 16:')
    expect(describeTraining([{ ...compared[0], rounds: [round, round] }])).toContain('slows by less than 1 % is met by the MLP, at batch 16:')
  })

  it('says what all rows come to together', () => {
    const rows = [1.004, 1.009].map((ratio, i) => ({ ...compared[0], batch: 8 << i, rounds: [{ ...round, ratio }] }))
    expect(describeTraining(rows)).toContain('training slows by +0.65 % (+0.65 % to +0.65 %): the aim is **met**.')
  })
})
