import type { DecorrelationRecord, Recommendation } from '../../../../main/contract/decorrelation-records.ts'

export function madeRecommendation(change: Partial<Recommendation> = {}): Recommendation {
  return { reason: 'will-not-reach', term: 'unlabelled', numbers: { limit: 0.03, threshold: 0.02 }, changes: [{ path: 'decorrelation.unlabelledWeight', from: 0.1, to: 0.3 }], wantsData: false, ...change }
}

/** Three channels after block 2, on validation and on unlabelled examples. */
export function madeRecord(step: number, change: Partial<DecorrelationRecord> = {}): DecorrelationRecord {
  const reading = { block: 2, channels: 3, samples: 64, dead: 1, meanAbsolute: 0.2, meanSquared: 0.05, effectiveRank: 1.9, deviations: [1, 2, 0], spectrum: [1.2, 0.8, 0], matrix: { size: 3, group: 1, values: btoa('\u007f\u0000\u0081') } }
  return {
    step,
    examples: 64 * step,
    wallMs: 10 * step,
    factor: 1,
    streams: [{ kind: 'validation', index: 0, title: 'Digits', examples: 64 }, { kind: 'unlabelled', index: 0, title: 'MNIST', examples: 64 }],
    taps: [{ ...reading, stream: 0 }, { ...reading, stream: 1, meanAbsolute: 0.4 }],
    terms: [{ term: 'task', loss: 0.5, weight: 1, gradientNorm: 3 }, { term: 'unlabelled', loss: 0.05, weight: 0.1, gradientNorm: 1 }],
    completion: [],
    recommendations: [],
    ...change,
  }
}
