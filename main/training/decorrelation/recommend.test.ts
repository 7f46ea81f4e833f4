import { describe, expect, it } from 'vitest'
import { recommendation } from '../../contract/decorrelation-records.ts'
import type { LossTerm, Recommendation, TapReading } from '../../contract/decorrelation-records.ts'
import { runConfig } from '../../contract/run-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { Random } from '../random.ts'
import type { HistoryPoint } from './condition-facts.ts'
import { judgeLosses, recommendChanges } from './recommend.ts'
import type { ConditionFacts } from './recommend.ts'

const tap = (stream: number, more: Partial<TapReading> = {}): TapReading => ({ block: 3, stream, channels: 32, samples: 512, dead: 0, meanAbsolute: 0.2, meanSquared: 0.06, effectiveRank: 12, deviations: [], spectrum: [], matrix: { size: 32, group: 1, values: '' }, ...more })

interface Course {
  readonly run?: Omit<RunConfigInput, 'decorrelation'>
  readonly decorrelation?: Omit<NonNullable<RunConfigInput['decorrelation']>, never>
  readonly facts?: Partial<Omit<ConditionFacts, 'config'>>
  /** Losses by the place i of an evaluation, at the step 100·(i + 1). */
  readonly losses?: (i: number) => HistoryPoint['losses']
  readonly evaluated?: (i: number) => NonNullable<HistoryPoint['evaluated']>
  readonly points?: number
  /** Norms of the weighted gradients. */
  readonly norms?: Readonly<Partial<Record<LossTerm, number>>>
}

/** Falls to 0.3, 0.06 and 0.07, and says nothing for a change. */
const healthy = (i: number) => ({ task: 0.3 + 2 * Math.exp(-i / 4), unlabelled: 0.06 + 0.2 * Math.exp(-i / 4), labelled: 0.07 + 0.2 * Math.exp(-i / 4) })

function course({ run = {}, decorrelation = {}, facts = {}, losses = healthy, evaluated, points = 40, norms = { task: 1, unlabelled: 0.3, labelled: 0.3 } }: Course = {}): ConditionFacts {
  const config = runConfig.parse({ ...run, decorrelation: { warmupSteps: 500, ...decorrelation } })
  return {
    config: { ...config, decorrelation: config.decorrelation! }, // given
    step: 100 * points,
    lastStep: 100 * points,
    history: Array.from({ length: points }, (_, i) => ({ step: 100 * (i + 1), losses: losses(i), ...(evaluated ? { evaluated: evaluated(i) } : {}) })),
    terms: Object.entries(norms).map(([term, gradientNorm]) => ({ term: term as LossTerm, loss: 1, weight: 1, gradientNorm })), // keys are terms
    streams: [
      { kind: 'validation', index: 0, title: 'own', examples: 512 },
      { kind: 'training', index: 0, title: 'own', examples: 512 },
      { kind: 'unlabelled', index: 0, title: 'own', examples: 512 },
    ],
    taps: [0, 1, 2].map((stream) => tap(stream)),
    labelledExamples: 5000,
    trainingExamples: 50000,
    classes: 10,
    train: { loss: 0.3, accuracy: 0.9 },
    validation: { loss: 0.32, accuracy: 0.89 },
    ...facts,
  }
}

const recommended = (given?: Course) => {
  const facts = course(given)
  const found = recommendChanges(facts, judgeLosses(facts))
  for (const each of found) expect(recommendation.parse(each)).toEqual(each)
  return found
}
const only = (given: Course): Recommendation => {
  const found = recommended(given)
  expect(found).toHaveLength(1)
  return found[0]!
}
const reasons = (given: Course) => recommended(given).map(({ reason }) => reason)
/** The conditions of 1,000 examples, where the training examples are told better than others. */
const gap = { train: { loss: 0.1, accuracy: 0.99 }, validation: { loss: 0.6, accuracy: 0.8 } }

describe('judgeLosses', () => {
  const judged = (given: Course) => judgeLosses(course(given))
  const taskTo = (taskThreshold: number) => ({ decorrelation: { taskThreshold } })

  it('speaks of the losses that have a threshold', () => {
    expect(judged({})).toEqual([])
    expect(judged({ decorrelation: { labelledThreshold: 0.2, taskThreshold: 0.5 } })).toEqual([
      { term: 'task', threshold: 0.5, status: 'reached', limit: null, standardError: null },
      { term: 'labelled', threshold: 0.2, status: 'reached', limit: null, standardError: null },
    ])
  })

  it('says that a decay stops above the threshold, and where', () => {
    const [reading] = judged({ ...taskTo(0.2), losses: (i) => ({ task: 0.3 + 2 * Math.exp(-i / 3) + 1e-4 * Math.sin(i * i) }) })
    expect(reading).toMatchObject({ term: 'task', threshold: 0.2, status: 'will-not-reach' })
    expect(reading!.limit).toBeCloseTo(0.3, 2)
    expect(reading!.standardError).toBeLessThan(0.005)
  })

  it('says so of a level loss', () => {
    expect(judged({ ...taskTo(0.2), losses: (i) => ({ task: 0.3 + 0.01 * Math.sin(i * i) }) })).toMatchObject([{ status: 'will-not-reach', limit: expect.closeTo(0.3, 2) }])
  })

  it('leaves open what falls over less than three decay times, as a power of the steps, or slowly beside its scatter', () => {
    for (const task of [(i: number) => 0.3 + 2 * Math.exp(-i / 20), (i: number) => 2 / Math.sqrt(1 + i)]) expect(judged({ ...taskTo(0.01), losses: (i) => ({ task: task(i) }), facts: { lastStep: 8000 } })).toMatchObject([{ status: 'open', limit: null }])
    const slow = (i: number) => ({ task: 0.5 - 0.001 * i + 0.02 * Math.sin(i * i) })
    expect(judged({ ...taskTo(0.44), losses: slow, facts: { lastStep: 8000 } })).toMatchObject([{ status: 'open' }])
    expect(judged({ ...taskTo(0.44), losses: slow })).toMatchObject([{ status: 'will-not-reach' }])
  })

  it('foretells nothing of few points after the warm-up, and of losses that are not there', () => {
    const level = () => ({ task: 0.3 })
    expect(judged({ ...taskTo(0.2), losses: level, points: 12 })).toEqual([{ term: 'task', threshold: 0.2, status: 'open', limit: null, standardError: null }])
    expect(judged({ ...taskTo(0.2), losses: level, points: 13 })).toMatchObject([{ status: 'will-not-reach' }])
    expect(judged({ ...taskTo(0.2), losses: () => ({}) })).toMatchObject([{ status: 'open' }])
    expect(judged({ ...taskTo(0.2), losses: (i) => ({ task: i === 30 ? Number.NaN : 0.3 }) })).toMatchObject([{ status: 'will-not-reach' }])
  })

  it('looks at the later half of thousands of points', () => {
    expect(judged({ ...taskTo(0.2), points: 6000, losses: (i) => ({ task: 0.3 + 2 * Math.exp(-i / 500) }) })).toMatchObject([{ status: 'will-not-reach', limit: expect.closeTo(0.3, 3) }])
  })
})

describe('recommendChanges', () => {
  it('says nothing of a healthy run, before the warm-up is over, and of few points', () => {
    expect(recommended()).toEqual([])
    const dead = { taps: [tap(1, { dead: 20 })] }
    expect(recommended({ facts: dead })).toHaveLength(1)
    expect(recommended({ facts: dead, points: 12 })).toEqual([])
    expect(recommended({ facts: dead, decorrelation: { warmupSteps: 5000 } })).toEqual([])
  })

  describe('will-not-reach', () => {
    const level = { losses: (i: number) => ({ ...healthy(i), task: 0.3 + 0.01 * Math.sin(i * i) }) }

    it('of the task, lowers what competes, then the learning rate', () => {
      const found = only({ ...level, decorrelation: { taskThreshold: 0.2 }, norms: { task: 1, unlabelled: 0.6, labelled: 0.2 } })
      expect(found).toMatchObject({ reason: 'will-not-reach', term: 'task', changes: [{ path: 'decorrelation.unlabelledWeight', from: 0.1, to: 0.05 }], wantsData: false })
      expect(found.numbers).toEqual({ threshold: 0.2, limit: expect.closeTo(0.3, 2), standardError: expect.any(Number), gap: expect.closeTo(0.01), examplesPerClass: 500, share: expect.closeTo(1 / 1.8) })
      expect(only({ ...level, decorrelation: { taskThreshold: 0.2 }, norms: { task: 1, unlabelled: 0.2 } }).changes).toEqual([{ path: 'optimizer.learningRate', from: 0.1, to: 0.05 }])
    })

    it('lowers the weight of the network that competes most', () => {
      const auxiliary = [{ weight: 0.1 }, { weight: 0.4 }]
      expect(only({ ...level, decorrelation: { taskThreshold: 0.2, auxiliary }, norms: { task: 1, auxiliary: 2 } }).changes).toEqual([{ path: 'decorrelation.auxiliary.1.weight', from: 0.4, to: 0.2 }])
    })

    it('asks for data where training examples are told better, or labels are few', () => {
      const asked = { ...level, decorrelation: { taskThreshold: 0.2 } }
      expect(only({ ...asked, facts: gap })).toMatchObject({ reason: 'will-not-reach', changes: [], wantsData: true })
      expect(only({ ...asked, facts: { labelledExamples: 499 } })).toMatchObject({ changes: [], wantsData: true, numbers: { examplesPerClass: 49.9 } })
      expect(only({ ...asked, facts: { labelledExamples: 499, validation: null } })).toMatchObject({ changes: [], wantsData: true })
      expect(only({ ...asked, decorrelation: { taskThreshold: 0.2, labelFraction: 0.6 }, facts: gap })).toMatchObject({ reason: 'will-not-reach', changes: [{ path: 'decorrelation.labelFraction', from: 0.6, to: 1 }], wantsData: false })
      const sets = [{ name: 'mnist-10k' as const }, { name: 'digits' as const, fraction: 0.25 }]
      expect(only({ ...asked, decorrelation: { taskThreshold: 0.2, labelledSets: sets }, facts: gap }).changes).toEqual([{ path: 'decorrelation.labelledSets.1.fraction', from: 0.25, to: 0.5 }])
    })

    it('takes a small difference of few validation examples for chance', () => {
      const few = { train: { loss: 0.3, accuracy: 0.9 }, validation: { loss: 0.4, accuracy: 0.8 }, streams: [{ kind: 'validation' as const, index: 0, title: 'own', examples: 50 }] }
      expect(only({ ...level, decorrelation: { taskThreshold: 0.2 }, facts: few })).toMatchObject({ wantsData: false })
    })

    it('of a loss between channels, raises its weight, or lowers what competes', () => {
      const losses = (i: number) => ({ ...healthy(i), labelled: 0.09 + 0.002 * Math.sin(i * i) })
      const decorrelation = { labelledThreshold: 0.05 }
      expect(only({ losses, decorrelation })).toMatchObject({ reason: 'will-not-reach', term: 'labelled', changes: [{ path: 'decorrelation.labelledWeight', from: 0.1, to: 0.2 }] })
      expect(only({ losses, decorrelation: { ...decorrelation, varianceWeight: 25 }, norms: { task: 1, labelled: 0.3, variance: 3 } }).changes).toEqual([{ path: 'decorrelation.varianceWeight', from: 25, to: 13 }])
    })

    it('of one that is not held by weights: a larger batch near the noise, the block before, a smaller step', () => {
      const losses = (limit: number) => (i: number) => ({ ...healthy(i), unlabelled: limit + 0.001 * Math.sin(i * i) })
      const norms = { task: 1, unlabelled: 2 }
      const decorrelation = { unlabelledThreshold: 0.01 }
      // 128 examples: a floor of 1/127 = 0.00787.
      expect(only({ losses: losses(0.015), decorrelation, norms }).changes).toEqual([{ path: 'decorrelation.unlabelledSets.0.batchSize', from: 128, to: 256 }])
      expect(only({ losses: losses(0.1), decorrelation, norms }).changes).toEqual([{ path: 'decorrelation.unlabelledTaps.0.block', from: null, to: 2 }])
      const first = { taps: [tap(1, { block: 1 }), tap(2, { block: 1 })] }
      expect(only({ losses: losses(0.1), decorrelation, norms, facts: first }).changes).toEqual([{ path: 'optimizer.learningRate', from: 0.1, to: 0.05 }])
    })

    it('uses more of an unlabelled set for the loss on it', () => {
      const losses = (i: number) => ({ ...healthy(i), unlabelled: 0.1 + 0.001 * Math.sin(i * i) })
      expect(only({ losses, decorrelation: { unlabelledThreshold: 0.01, unlabelledSets: [{ fraction: 0.3 }] }, facts: gap }).changes).toEqual([{ path: 'decorrelation.unlabelledSets.0.fraction', from: 0.3, to: 0.6 }])
    })
  })

  describe('below-rank-bound', () => {
    // 256 channels at 64 samples: a bound of 0.012014; from 74 samples on, 0.01 is possible, as reference-lines says.
    const wide = { taps: [tap(1, { channels: 256 }), tap(2, { channels: 256 })] }

    it('raises the batch to the least that reaches', () => {
      expect(only({ decorrelation: { labelledThreshold: 0.01 }, facts: wide })).toEqual({ reason: 'below-rank-bound', term: 'labelled', numbers: { threshold: 0.01, bound: expect.closeTo(0.012014, 6), samples: 64, neededSamples: 74 }, changes: [{ path: 'batchSize', from: 64, to: 74 }], wantsData: false })
    })

    it('raises the threshold where there are not as many examples', () => {
      expect(only({ decorrelation: { labelledThreshold: 0.01 }, facts: { ...wide, labelledExamples: 70 } }).changes).toEqual([{ path: 'decorrelation.labelledThreshold', from: 0.01, to: 0.013 }])
    })

    it('counts live channels, the samples of all streams and the means that they take', () => {
      expect(reasons({ decorrelation: { labelledThreshold: 0.01 }, facts: { taps: [tap(1, { channels: 256, dead: 240 })] } })).not.toContain('below-rank-bound')
      const sets = { labelledThreshold: 0.01, labelledSets: [{ name: 'digits' as const, batchSize: 5 }] }
      expect(only({ decorrelation: sets, facts: wide }).numbers).toMatchObject({ samples: 68, neededSamples: 74 })
      expect(only({ decorrelation: sets, facts: wide }).changes).toEqual([{ path: 'batchSize', from: 64, to: 70 }])
      expect(only({ decorrelation: { ...sets, centring: 'pooled' }, facts: wide }).numbers).toMatchObject({ samples: 69 })
      const positions = { taps: [tap(1, { channels: 256, samples: 512 * 49 })] }
      expect(reasons({ decorrelation: { labelledThreshold: 0.01, pooling: 'positions' }, facts: positions })).not.toContain('below-rank-bound')
    })

    it('knows the sums of pairs, and no line of covariances', () => {
      const threshold = 0.01 * ((256 * 255) / 2)
      const losses = (i: number) => ({ task: healthy(i).task, labelled: 2 * threshold * (1 + Math.exp(-i / 4)) })
      expect(only({ losses, decorrelation: { labelledThreshold: threshold, reduction: 'sum' }, facts: wide }).numbers).toMatchObject({ samples: 64, neededSamples: 74 })
      expect(reasons({ losses, decorrelation: { labelledThreshold: threshold, reduction: 'sum', measure: 'covariance' }, facts: wide })).toEqual(['will-not-reach'])
    })
  })

  describe('below-noise-floor', () => {
    it('raises the batch to where independent channels come as low', () => {
      // 32 channels of 128 examples: no bound, a floor of 1/127; 0.005 is that of 201.
      expect(only({ decorrelation: { unlabelledThreshold: 0.005 } })).toEqual({ reason: 'below-noise-floor', term: 'unlabelled', numbers: { threshold: 0.005, floor: 1 / 127, samples: 128, neededSamples: 201 }, changes: [{ path: 'decorrelation.unlabelledSets.0.batchSize', from: 128, to: 201 }], wantsData: false })
      expect(only({ decorrelation: { unlabelledThreshold: 0 } }).changes).toEqual([{ path: 'decorrelation.unlabelledThreshold', from: 0, to: 0.0079 }])
    })

    it('says nothing where the loss came below the floor', () => {
      expect(reasons({ decorrelation: { unlabelledThreshold: 0.005 }, losses: (i) => ({ ...healthy(i), unlabelled: 0.006 }), points: 16 })).not.toContain('below-noise-floor')
    })
  })

  describe('at-noise-floor', () => {
    const losses = (level: number, scatter: number) => (i: number) => ({ ...healthy(i), unlabelled: level + scatter * Math.sin(i * i) })

    it('doubles the batch, or halves the weight', () => {
      expect(only({ losses: losses(0.008, 0.0003) })).toEqual({ reason: 'at-noise-floor', term: 'unlabelled', numbers: { loss: expect.closeTo(0.008, 4), floor: 1 / 127, samples: 128 }, changes: [{ path: 'decorrelation.unlabelledSets.0.batchSize', from: 128, to: 256 }], wantsData: false })
      expect(only({ losses: losses(0.008, 0.0003), facts: { trainingExamples: 200 } }).changes).toEqual([{ path: 'decorrelation.unlabelledWeight', from: 0.1, to: 0.05 }])
    })

    it('says nothing above the scatter, well above the floor, or once the threshold is reached', () => {
      expect(recommended({ losses: losses(0.0095, 0.0003) })).toEqual([])
      expect(recommended({ losses: losses(0.02, 0.01) })).toEqual([])
      expect(recommended({ losses: losses(0.008, 0.0003), decorrelation: { unlabelledThreshold: 0.0095 } })).toEqual([])
    })
  })

  describe('overfitting', () => {
    const evaluated = (i: number) => ({ train: 0.5 * Math.exp(-i / 10), validation: 0.5 + 0.01 * Math.abs(i - 10) })

    it('uses more labels, or decays the weights and asks for data', () => {
      expect(only({ evaluated })).toEqual({ reason: 'overfitting', term: 'task', numbers: { validationLoss: expect.closeTo(0.78), leastValidationLoss: expect.closeTo(0.507, 3), gap: expect.closeTo(0.78, 1), gapBefore: expect.closeTo(0.57, 1) }, changes: [{ path: 'optimizer.weightDecay', from: 0, to: 1e-4 }], wantsData: true })
      expect(only({ evaluated, run: { optimizer: { kind: 'adamw' } } }).changes).toEqual([{ path: 'optimizer.weightDecay', from: 0.01, to: 0.02 }])
      expect(only({ evaluated, decorrelation: { labelFraction: 0.1 }, facts: gap })).toMatchObject({ reason: 'overfitting', changes: [{ path: 'decorrelation.labelFraction', from: 0.1, to: 0.2 }], wantsData: false })
    })

    it('says nothing of a loss that falls, or rises on both alike, or is not known', () => {
      expect(recommended({ evaluated: (i) => ({ train: 0.5 * Math.exp(-i / 10), validation: 0.5 + 0.2 * Math.exp(-i / 10) }) })).toEqual([])
      expect(recommended({ evaluated: (i) => ({ train: 0.3 + 0.01 * i, validation: 0.5 + 0.01 * i }) })).toEqual([])
      expect(recommended({})).toEqual([])
    })
  })

  it('few-labels: uses more of them, where training examples are told better', () => {
    expect(only({ decorrelation: { labelFraction: 0.01 }, facts: gap })).toEqual({ reason: 'few-labels', term: 'task', numbers: { labelledExamples: 5000, trainingExamples: 50000, labelFraction: 0.01, gap: expect.closeTo(0.19) }, changes: [{ path: 'decorrelation.labelFraction', from: 0.01, to: 0.02 }], wantsData: false })
    expect(recommended({ decorrelation: { labelFraction: 0.01 } })).toEqual([])
    expect(recommended({ facts: gap })).toEqual([])
    expect(recommended({ decorrelation: { labelFraction: 0.01, taskWeight: 0 }, facts: gap })).toEqual([])
  })

  it('dead-channels: lowers the learning rate, or the weight that makes up the gradient', () => {
    const facts = { taps: [tap(0, { dead: 30 }), tap(1, { dead: 2 }), tap(2, { dead: 9 })] }
    expect(only({ facts })).toEqual({ reason: 'dead-channels', term: null, numbers: { dead: 9, channels: 32, share: 9 / 32, block: 3 }, changes: [{ path: 'optimizer.learningRate', from: 0.1, to: 0.05 }], wantsData: false })
    expect(only({ facts, norms: { task: 1, unlabelled: 0.3, labelled: 0.9 } }).changes).toEqual([{ path: 'decorrelation.labelledWeight', from: 0.1, to: 0.05 }])
    expect(only({ facts: { taps: [tap(1, { dead: 9, block: null })] } }).numbers).not.toHaveProperty('block')
    expect(recommended({ facts: { taps: [tap(1, { dead: 8 })] } })).toEqual([])
  })

  it('overweight: lowers both weights to where the gradients are as long', () => {
    const norms = { task: 1, unlabelled: 1, labelled: 3 }
    const stalled = (i: number) => ({ ...healthy(i), task: 2 + 0.01 * Math.sin(i * i) })
    const found = only({ norms, losses: stalled })
    expect(found).toEqual({ reason: 'overweight', term: 'labelled', numbers: { share: 0.8, taskShare: 0.2, taskLoss: expect.closeTo(2, 1) }, changes: [{ path: 'decorrelation.unlabelledWeight', from: 0.1, to: 0.025 }, { path: 'decorrelation.labelledWeight', from: 0.1, to: 0.025 }], wantsData: false })
    expect(recommended({ norms })).toEqual([])
    expect(recommended({ norms: { task: 1, unlabelled: 1, labelled: 0.9 }, losses: stalled })).toEqual([])
    expect(recommended({ norms, losses: stalled, facts: { train: { loss: 0.01, accuracy: 0.99 } } })).toEqual([])
    expect(recommended({ norms, losses: stalled, decorrelation: { taskWeight: 0 } })).toEqual([])
  })

  it('no-effect: raises a weight to a tenth of the gradient, at most ten times', () => {
    const losses = (i: number) => ({ ...healthy(i), labelled: 0.2 + 0.001 * Math.sin(i * i) })
    expect(only({ losses, norms: { task: 0.995, labelled: 0.005 }, decorrelation: { labelledWeight: 0.01 } })).toEqual({ reason: 'no-effect', term: 'labelled', numbers: { share: 0.005, before: expect.closeTo(0.2, 2), loss: expect.closeTo(0.2, 2) }, changes: [{ path: 'decorrelation.labelledWeight', from: 0.01, to: 0.1 }], wantsData: false })
    expect(only({ losses, norms: { task: 0.992, labelled: 0.008 } }).changes).toEqual([{ path: 'decorrelation.labelledWeight', from: 0.1, to: 1 }])
    expect(recommended({ losses, norms: { task: 0.98, labelled: 0.02 } })).toEqual([])
    expect(recommended({ norms: { task: 0.995, labelled: 0.005 } })).toEqual([])
  })

  it('never sets one path twice: the more important reason does', () => {
    const found = recommended({ decorrelation: { taskThreshold: 0.2 }, losses: (i) => ({ ...healthy(i), task: 0.3 + 0.01 * Math.sin(i * i) }), facts: { taps: [tap(1, { dead: 20 })] }, norms: { task: 1, unlabelled: 0.2 } })
    expect(found.map(({ reason, changes }) => [reason, changes.map(({ path }) => path)])).toEqual([['dead-channels', ['optimizer.learningRate']]])
  })

  it('changes nothing to a value that the config refuses', () => {
    const found = only({ losses: (i) => ({ ...healthy(i), labelled: 0.2 }), norms: { task: 1, labelled: 0 }, decorrelation: { labelledWeight: 5e5 }, facts: { taps: [tap(1, { dead: 20 })] } })
    expect(found.reason).toBe('dead-channels')
  })
})

/** Two courses with 5 % of scatter, each from its seed: losses that fall as powers of the steps to their thresholds, and losses that stay where they are. */
const sound = {
  falling: { task: (i: number) => 2 * (1 + i) ** -0.4, unlabelled: (i: number) => 0.03 + 0.3 * (1 + i) ** -0.7, labelled: (i: number) => 0.05 + 0.3 * (1 + i) ** -0.7 },
  level: { task: () => 0.5, unlabelled: () => 0.05, labelled: () => 0.06 },
}

describe.each(['falling', 'level'] as const)('over sound runs with losses that are %s', (kind) => {
  it('gives no false alarm at any of 100 evaluations', () => {
    const { task, unlabelled, labelled } = sound[kind]
    const alarms = Array.from({ length: 30 }, (_, seed) => {
      const random = Random.seeded(seed)
      const noisy = (value: number) => value * (1 + 0.05 * random.normal())
      const history = Array.from({ length: 100 }, (__, i) => ({
        step: 100 * (i + 1),
        losses: { task: noisy(task(i)), unlabelled: noisy(unlabelled(i)), labelled: noisy(labelled(i)) },
        evaluated: { train: noisy(task(i)), validation: noisy(task(i) + 0.1) },
      }))
      const decorrelation = kind === 'level' ? {} : { taskThreshold: 0.33, unlabelledThreshold: 0.045, labelledThreshold: 0.065 }
      const told = course({ decorrelation })
      return history.some((___, i) => {
        const facts = { ...told, history: history.slice(0, i + 1), lastStep: 10_000 }
        return recommendChanges(facts, judgeLosses(facts)).length > 0
      })
    })
    expect(alarms.filter(Boolean)).toHaveLength(0)
  })
})

it('sees halfway through a run that a noisy loss stays above its threshold', () => {
  const random = Random.seeded(3)
  const losses = (i: number) => ({ ...healthy(i), task: (0.3 + 2 * Math.exp(-i / 4)) * (1 + 0.02 * random.normal()) })
  expect(reasons({ losses, decorrelation: { taskThreshold: 0.2 }, facts: { lastStep: 8000 } })).toEqual(['will-not-reach'])
})
