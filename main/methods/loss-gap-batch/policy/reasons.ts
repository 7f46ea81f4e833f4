import type { LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { ConditionReading } from '../../../contract/batch-policy.ts'

/** A number as it stands in a sentence: three figures. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** What a reading that is met says, as a part of a sentence with its numbers. */
export function readingText(reading: ConditionReading, config: LossGapPolicyConfig): string {
  const [value, threshold] = [figure(reading.value), figure(reading.threshold)]
  const gap = `the smoothed gap of the ${signalText(reading.signal)}`
  const order = config.derivativeOrder
  switch (reading.condition) {
    case 'valueBelow':
      return `${gap} is ${value} (low enough below ${threshold})`
    case 'slopeBelow':
      return `the slope of the ${signalText(reading.signal)} is ${value} in size per million examples (flat below ${threshold})`
    case 'relativeSlopeBelow':
      return `the gap of the ${signalText(reading.signal)} changes by ${value} of itself over the window (flat below ${threshold})`
    case 'derivativeBelow':
      return `derivative ${order} of the ${signalText(reading.signal)} is ${value} in size per (million examples)^${order} (flat below ${threshold})`
    case 'flatT':
      return `the slope of the ${signalText(reading.signal)} is ${value} standard errors from 0 (flat above ${threshold})`
    case 'gradientNormBelow':
      return `the norm of the weight gradient is ${value} (small below ${threshold})`
    case 'divergeSigma':
      return `${gap} is ${value}, above its best by more than ${figure(config.divergeSigma ?? 0)} deviations of the window (at most ${threshold})`
    case 'divergeRatio':
      return `${gap} is ${value}, above ${figure(config.divergeRatio ?? 0)} times its best (at most ${threshold})`
    case 'divergeT':
      return `the ${signalText(reading.signal)} rises by ${value} standard errors of its slope (at most ${threshold})`
    case 'divergeGradientRatio':
      return `the norm of the weight gradient is ${value}, above ${figure(config.divergeGradientRatio ?? 0)} times its median (at most ${threshold})`
    default:
      return `${reading.condition} is ${value} (threshold ${threshold})`
  }
}

/** The readings that decided, joined: a clause without a full stop, to stand in a sentence about the change. */
export function decidingText({ readings, config, smoothed }: { readonly readings: readonly ConditionReading[]; readonly config: LossGapPolicyConfig; readonly smoothed: number | null }): string {
  const texts = readings.map((reading) => readingText(reading, config))
  const isGapTold = readings.some(({ condition }) => ['valueBelow', 'divergeSigma', 'divergeRatio'].includes(condition))
  return [...texts, ...(smoothed === null || isGapTold ? [] : [`smoothed gap ${figure(smoothed)}`])].join(', ')
}

/** `train-loss` as words. */
export function signalText(signal: string | null): string {
  return (signal ?? 'run').replace('-', ' ')
}
