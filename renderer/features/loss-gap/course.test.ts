import { describe, expect, it } from 'vitest'
import { datasetConfig } from '../../../main/contract/dataset-config.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { Rollback } from './control-log.ts'
import { createCourse, laneOf, trainExamplesOf } from './course.ts'

const datasets: QueryOutput<'dataset.list'>['datasets'] = [{ name: 'digits', title: 'Digits', trainExamples: 1437, testExamples: 360, shape: [8, 8, 1], classes: 10, licence: '', source: '' }]
/** Ten steps of 10 examples, a second each. */
const clock = { step: [5, 10], examples: [50, 100], wallMs: [5000, 10_000] }
const rollback: Rollback = { step: 6, examples: 60, position: 40, epoch: 1, fromBatch: 10, toBatch: 5, trigger: 'divergeRatio', reason: '', readings: [], numbers: {}, toEpoch: 1, checkpointStep: 4, rollbacks: 1, discardedFrom: 5, discardedTo: 6 }

describe('trainExamplesOf', () => {
  it('takes what the split leaves, as the data set is split', () => {
    expect(trainExamplesOf(datasetConfig.parse({ name: 'digits' }), datasets)).toBe(1437 - 143)
    expect(trainExamplesOf(datasetConfig.parse({ name: 'digits', validationExamples: 37 }), datasets)).toBe(1400)
    expect(trainExamplesOf(datasetConfig.parse({ name: 'digits', trainExamples: 1000 }), datasets)).toBe(1000)
  })

  it('does not know a file whose number of examples is not set', () => {
    expect(trainExamplesOf(datasetConfig.parse({ name: 'file', path: '/x.csv' }), datasets)).toBeNull()
  })
})

describe('the course of a run', () => {
  const course = createCourse({ clock, rollbacks: [rollback], trainExamples: 20 })

  it('counts examples, steps and time as logged, and reads in between off the clock', () => {
    expect(course.x('step', { step: 7, examples: 70 })).toBe(7)
    expect(course.x('examples', { step: 7, examples: 70 })).toBe(70)
    expect(course.x('wall', { step: 7, examples: 70 })).toBe(7)
    expect(course.examplesAt(2)).toBe(20)
  })

  it('goes back by epochs where a rollback did', () => {
    expect(course.x('epoch', { step: 6, examples: 60 })).toBe(3)
    expect(course.x('epoch', { step: 7, examples: 70 })).toBe(2.5)
  })

  it('lays out each epoch as often as it was trained, and what was thrown away', () => {
    const lane = laneOf(course, [rollback])
    expect(lane.epochs).toEqual([
      { from: 0, to: 20, epoch: 0 },
      { from: 20, to: 40, epoch: 1 },
      { from: 40, to: 60, epoch: 2 },
      { from: 60, to: 80, epoch: 2 },
      { from: 80, to: 100, epoch: 3 },
    ])
    expect(lane.discarded).toEqual([{ from: 40, to: 60 }])
  })
})
