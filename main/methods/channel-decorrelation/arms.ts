import type { ChannelDecorrelationConfig, DecorrelationWay } from './config.ts'

/** What the others are held against, fraction by fraction. */
export const BASELINE: DecorrelationWay = 'supervised'

/** A way with as many labels as it is trained on. */
export interface Arm {
  /** Unique in the study, such as `3b labels=0.01`. */
  readonly id: string
  readonly way: DecorrelationWay
  /** Of the training examples, whose labels are used. */
  readonly fraction: number
}

/** Ways with a loss on unlabelled examples (third loss). */
const UNLABELLED: ReadonlySet<DecorrelationWay> = new Set(['3a', '3b', 'decov', 'vicreg'])
/** Ways with a loss between the channels of labelled examples (fourth loss). */
const LABELLED: ReadonlySet<DecorrelationWay> = new Set(['3b', '3c', 'decov', 'vicreg'])
/** Ways that are there to be compared with: their losses are in squared units of the feature, so a weight says another thing. */
const COVARIANCE: ReadonlySet<DecorrelationWay> = new Set(['decov', 'vicreg'])

export function hasUnlabelledTerm(way: DecorrelationWay): boolean {
  return UNLABELLED.has(way)
}

export function hasLabelledTerm(way: DecorrelationWay): boolean {
  return LABELLED.has(way)
}

export function isCovariance(way: DecorrelationWay): boolean {
  return COVARIANCE.has(way)
}

export function armId({ way, fraction }: Pick<Arm, 'way' | 'fraction'>): string {
  return `${way} labels=${fraction}`
}

/** Every arm, in the order of the config: fractions, then ways. */
export function everyArm({ labels: { ways, fractions } }: ChannelDecorrelationConfig): Arm[] {
  return fractions.flatMap((fraction) => ways.map((way) => ({ id: armId({ way, fraction }), way, fraction })))
}

/**
 * Training examples whose labels are used, at least one: the first of the split, so that all seeds have the same, and more hold fewer.
 *
 * @example 0.01 of 54,000: 540.
 */
export function labelsOf(fraction: number, trainExamples: number): number {
  return Math.max(1, Math.round(fraction * trainExamples))
}
