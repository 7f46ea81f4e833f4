import type { LossGapPolicyConfig } from '../../../main/contract/batch-policy-config.ts'

type NumberKey = 'flatT' | 'relativeSlopeBelow' | 'slopeBelow' | 'valueBelow' | 'derivativeBelow' | 'divergeSigma' | 'divergeRatio' | 'divergeT' | 'windowExamples' | 'cooldownExamples' | 'growFactor' | 'batchMax'

export interface Slider {
  readonly key: NumberKey
  readonly from: number
  readonly to: number
  readonly scale: 'linear' | 'log'
  /** Whole numbers only. */
  readonly isWhole?: true
  /** What the setting begins with when it is turned on; absent for one that is never off. */
  readonly initial?: number
}

/** The settings that may be dragged, with spans that fit the recorded run. */
export function slidersFor({ trainExamples, largestGap }: { readonly trainExamples: number; readonly largestGap: number }): readonly Slider[] {
  const gap = largestGap > 0 ? largestGap : 1
  return [
    { key: 'flatT', from: 0, to: 8, scale: 'linear', initial: 2 },
    { key: 'relativeSlopeBelow', from: 0.001, to: 2, scale: 'log', initial: 0.02 },
    { key: 'valueBelow', from: gap / 1000, to: gap, scale: 'log', initial: gap / 10 },
    { key: 'slopeBelow', from: 0.01, to: 1000, scale: 'log', initial: 1 },
    { key: 'derivativeBelow', from: 0.01, to: 1e8, scale: 'log', initial: 1 },
    { key: 'divergeSigma', from: 0.5, to: 20, scale: 'log', initial: 5 },
    { key: 'divergeRatio', from: 1.05, to: 6, scale: 'log', initial: 2 },
    { key: 'divergeT', from: 0.5, to: 15, scale: 'log', initial: 3 },
    { key: 'windowExamples', from: Math.max(1, trainExamples / 20), to: trainExamples * 4, scale: 'log', isWhole: true, initial: Math.ceil(trainExamples * 0.4) },
    { key: 'cooldownExamples', from: 0, to: trainExamples * 4, scale: 'linear', isWhole: true, initial: Math.ceil(trainExamples / 2) },
    { key: 'growFactor', from: 1.1, to: 8, scale: 'log' },
  ]
}

const positions = 200

/** Where a value stands on its slider, from 0 to 200; values outside stand at the ends. */
export function toPosition({ from, to, scale }: Slider, value: number): number {
  const share = scale === 'log' ? Math.log(Math.max(value, from) / from) / Math.log(to / from) : (value - from) / (to - from)
  return Math.round(positions * Math.min(1, Math.max(0, share)))
}

/** The value at a place of a slider, to three figures. */
export function fromPosition({ from, to, scale, isWhole }: Slider, position: number): number {
  const share = position / positions
  const value = scale === 'log' ? from * (to / from) ** share : from + share * (to - from)
  return isWhole === true ? Math.round(value) : Number(value.toPrecision(3))
}

/** Type-safe reading of a slider's setting. */
export function sliderValue(config: LossGapPolicyConfig, key: NumberKey): number | null {
  return config[key]
}
