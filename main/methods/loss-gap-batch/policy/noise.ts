import { z } from '../../../contract/zod.ts'
import { decayed, nothingSmoothed, smoothedState } from './smoothed.ts'

/** Running means of the two noise estimates, each apart: a mean of ratios would be biased. */
export const noiseState = z.strictObject({ trace: smoothedState, gradientSquared: smoothedState })
export type NoiseMeans = z.output<typeof noiseState>

export const noNoise: NoiseMeans = { trace: nothingSmoothed, gradientSquared: nothingSmoothed }

/** tr Σ and |G|², as far as they are known. Either may come out negative while there is little data. */
export interface Noise {
  readonly trace: number
  readonly gradientSquared: number
}

/** Takes the estimates of an evaluation in, where it has any that are finite. */
export function observeNoise(means: NoiseMeans, values: Readonly<Record<string, number>>, smoothing: number): NoiseMeans {
  const [trace, gradientSquared] = [values['noise/trace'], values['noise/gradient-squared']]
  if (trace === undefined || gradientSquared === undefined || !Number.isFinite(trace) || !Number.isFinite(gradientSquared)) return means
  return {
    trace: decayed({ smoothed: means.trace, value: trace, keep: smoothing }),
    gradientSquared: decayed({ smoothed: means.gradientSquared, value: gradientSquared, keep: smoothing }),
  }
}

/** Null before the first estimate. */
export function noiseOf({ trace, gradientSquared }: NoiseMeans): Noise | null {
  return trace.weight > 0 ? { trace: trace.value, gradientSquared: gradientSquared.value } : null
}
