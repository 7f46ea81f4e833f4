import { describe, expect, it } from 'vitest'
import { decorrelationConfig } from '../../../main/contract/decorrelation-config.ts'
import type { CompletionReading } from '../../../main/contract/decorrelation-records.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import { runRecord } from '../../test/records.ts'
import { gapCourse, lastGap } from './gap-course.ts'
import { leavesHole, mergedRecords } from './record-list.ts'
import { recommendationHistory, recommendationKey } from './recommendations.ts'
import { termReference } from './reference-values.ts'
import { learningStatus, runProgress } from './run-state.ts'
import { blockOf, liveChannelsAt } from './tap-channels.ts'
import { blocksOf, quantileOf, readingOf, tapCourse } from './tap-course.ts'
import { madeRecommendation, madeRecord } from './test/made-record.ts'

const completion = (status: CompletionReading['status']): CompletionReading => ({ term: 'task', threshold: 0.3, status, limit: null, standardError: null })
const series = (key: string, step: readonly number[], mean: readonly number[]): MetricSeries => ({ runId: 'run', key, step: [...step], examples: [...step], wallMs: [...step], min: [...mean], max: [...mean], mean: [...mean], last: [...mean], count: mean.map(() => 1), total: mean.length })

describe('records that come a few at a time', () => {
  const at = (...steps: readonly number[]) => steps.map((step) => madeRecord(step))

  it('are one list by their steps, the newer of two', () => {
    expect(mergedRecords(at(0, 10), [madeRecord(10, { factor: 0.5 }), madeRecord(20)]).map(({ step, factor }) => [step, factor])).toEqual([[0, 1], [10, 0.5], [20, 1]])
  })

  it('leave a hole where the oldest of a few is newer than what is known', () => {
    expect([leavesHole(at(0, 10), at(20, 30)), leavesHole(at(0, 10), at(10, 20)), leavesHole([], at(0)), leavesHole(at(0), [])]).toEqual([true, false, true, false])
  })
})

describe('the learning status', () => {
  const status = (run: 'running' | 'finished' | 'paused' | 'queued', record: Parameters<typeof learningStatus>[0]['record'], ...events: readonly string[]) => learningStatus({ run: { status: run }, record, events: events.map((kind) => ({ kind })) })

  it('goes from waiting over the warm-up to thresholds', () => {
    expect(status('running', null)).toEqual({ kind: 'waiting' })
    expect(status('running', { factor: 0.4, completion: [completion('open')] })).toEqual({ kind: 'warming-up' })
    expect(status('running', { factor: 1, completion: [] })).toEqual({ kind: 'learning' })
    expect(status('running', { factor: 1, completion: [completion('reached'), completion('open')] })).toEqual({ kind: 'thresholds', reached: 1, of: 2 })
  })

  it('says first that a threshold will not be reached', () => {
    expect(status('running', { factor: 1, completion: [completion('reached'), completion('will-not-reach')] })).toEqual({ kind: 'will-not-reach', reached: 1, of: 2 })
  })

  it('tells apart what ended a run', () => {
    expect(status('finished', madeRecord(9), 'run.ended').kind).toBe('ended-by-user')
    expect(status('finished', madeRecord(9, { completion: [completion('reached')] }), 'thresholds.reached')).toEqual({ kind: 'all-reached', of: 1 })
    expect(status('finished', madeRecord(9)).kind).toBe('finished')
    expect([status('paused', madeRecord(9)).kind, status('queued', null).kind]).toEqual(['halted', 'waiting'])
  })

  it('foretells the end from the speed, of the planned examples or of ten epochs of the labelled ones', () => {
    const run = runRecord({})
    const config = { ...run.config, decorrelation: decorrelationConfig.parse({ labelFraction: 0.1 }) }
    const events = [{ kind: 'dataset.read', facts: { trainExamples: 1000 } }]
    expect(runProgress({ run: { config }, events, speed: 50, examples: 500 })).toEqual({ examples: 500, planned: 1000, secondsLeft: 10 })
    expect(runProgress({ run: { config: { ...config, maxExamples: 4000 } }, events, speed: null, examples: 500 })).toEqual({ examples: 500, planned: 4000, secondsLeft: null })
    expect(runProgress({ run: { config }, events: [], speed: 50, examples: 500 }).planned).toBeNull()
  })
})

describe('lines that a correlation loss is read against', () => {
  const of = (change: object, batchSize = 64, channels: number | null = 256) => termReference({ term: 'labelled', decorrelation: decorrelationConfig.parse(change), batchSize, channelsAt: () => channels })

  it('are those of a batch, as in the reference values', () => {
    expect(of({})).toMatchObject({ samples: 64, floor: expect.closeTo(0.015873, 6), bound: expect.closeTo(0.012014, 6) })
    expect(of({ penalty: 'absolute' }).floor).toBeCloseTo(0.100924, 6)
  })

  it('count one sample less for each further set with a mean of its own', () => {
    expect(of({ labelledSets: [{ batchSize: 33 }] }).samples).toBe(96)
    expect(termReference({ term: 'unlabelled', decorrelation: decorrelationConfig.parse({ unlabelledSets: [{}, { name: 'digits', batchSize: 65 }] }), batchSize: 8, channelsAt: () => 4 }).samples).toBe(192)
  })

  it('stand in the unit of the loss: summed over pairs and features', () => {
    expect(of({ reduction: 'sum' }, 64, 3).floor).toBeCloseTo(3 / 63, 10)
    expect(of({ reduction: 'channel' }, 64, 3).floor).toBeCloseTo(2 / 63, 10)
    expect(of({ labelledTaps: [{ weight: 1 }, { place: 'output', weight: 0.5 }] }, 64, 3).floor).toBeCloseTo(1.5 / 63, 10)
  })

  it('are none where chance is not known', () => {
    for (const change of [{ measure: 'covariance' }, { pooling: 'positions' }, { centring: 'pooled', labelledSets: [{}] }]) expect(of(change)).toMatchObject({ floor: null, bound: null })
    expect(of({ centring: 'pooled' }).floor).not.toBeNull()
    expect(of({}, 64, null)).toMatchObject({ floor: expect.any(Number), bound: null })
    expect(of({}, 2)).toMatchObject({ floor: null })
  })
})

describe('a feature of a record', () => {
  const record = madeRecord(10)

  it('is found by its block and the examples it was read on', () => {
    expect([readingOf(record, 2, 'unlabelled 0')?.meanAbsolute, readingOf(record, 1, 'unlabelled 0'), readingOf(null, 2, 'validation 0')]).toEqual([0.4, null, null])
    expect(blocksOf({ ...record, taps: [null, 3, 1].flatMap((block) => record.taps.map((tap) => ({ ...tap, block }))) })).toEqual([1, 3, null])
  })

  it('has a course over the steps', () => {
    expect(tapCourse([madeRecord(0), madeRecord(10)], { block: 2, stream: 'validation 0', quantity: 'meanDeviation' })).toEqual([[0, 1], [10, 1]])
    expect(quantileOf([3, 1, 2], 0.25)).toBe(1.5)
  })

  it('tells how many of its channels are live, the last block where none is named', () => {
    expect([blockOf({ place: 'block', block: null }, 2), blockOf({ place: 'output', block: null }, 2)]).toEqual([2, null])
    expect([liveChannelsAt(record, 2), liveChannelsAt(record, 1), liveChannelsAt(null, 2)]).toEqual([2, null, null])
  })
})

describe('recommendations', () => {
  it('are each told once, those of the newest record as current', () => {
    const [more, data] = [madeRecommendation(), madeRecommendation({ reason: 'few-labels', term: null, changes: [], wantsData: true })]
    const history = recommendationHistory([madeRecord(0, { recommendations: [data] }), madeRecord(10, { recommendations: [more, data] }), madeRecord(20, { recommendations: [{ ...more, numbers: { limit: 0.025, threshold: 0.02 } }] })])
    expect(history.map(({ recommendation, firstStep, lastStep, isCurrent }) => [recommendation.reason, firstStep, lastStep, isCurrent])).toEqual([['will-not-reach', 10, 20, true], ['few-labels', 0, 10, false]])
    expect(history[0]?.recommendation.numbers['limit']).toBe(0.025)
    expect(recommendationKey(more)).not.toBe(recommendationKey(data))
  })
})

describe('the gap between training and validation', () => {
  const all = [series('train/accuracy', [10, 20], [0.5, 0.9]), series('validation/accuracy', [0, 10, 20], [0.1, 0.4, 0.7])]

  it('is read where both were evaluated, and positive where training is better', () => {
    const course = gapCourse(all, 'accuracy')
    expect(course).toEqual({ step: [10, 20], train: [0.5, 0.9], validation: [0.4, 0.7] })
    expect(lastGap(course, 'accuracy')).toBeCloseTo(0.2, 12)
    expect(lastGap(gapCourse([], 'loss'), 'loss')).toBeNull()
    expect(lastGap({ step: [1], train: [0.2], validation: [0.5] }, 'loss')).toBeCloseTo(0.3, 12)
  })
})
