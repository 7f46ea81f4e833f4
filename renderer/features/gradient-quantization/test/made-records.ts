import type { BitHistogram, GradientRecord } from '../../../../main/contract/gradient-records.ts'
import { binOf } from '../../../../main/methods/gradient-quantization/bit-histogram.ts'

/** Values as a run logs them. */
export function logged(values: readonly number[], mantissaBits = 4): BitHistogram {
  const counts = new Map<number, number>()
  for (const value of values) if (value !== 0) counts.set(binOf(value, mantissaBits), (counts.get(binOf(value, mantissaBits)) ?? 0) + 1)
  const bins = [...counts.keys()].toSorted((a, b) => a - b)
  return { mantissaBits, bins, counts: bins.map((bin) => counts.get(bin) ?? 0), zeros: values.filter((value) => value === 0).length }
}

interface Made {
  readonly step?: number
  readonly worker?: number
  readonly unit?: string
  readonly elements?: number
  readonly asked?: number | null
  readonly kept?: number
  readonly distribution?: string | null
  readonly values?: readonly number[]
  readonly error?: readonly number[]
}

/** A record of a few values. */
export function record({ step = 100, worker = 0, unit = 'hidden/kernel', elements = 1000, asked = 10, kept = 12, distribution = 'laplace', values = [-2, -1, 1, 2], error = [0, 1, -1, 0] }: Made = {}): GradientRecord {
  return {
    step,
    worker,
    unit,
    elements,
    histograms: { gradient: logged(values), values: logged(values), error: logged(error) },
    compression: { kept, asked, lower: -1.5, upper: 1.5, distribution, location: 0, scale: 1, degreesOfFreedom: null, status: 'fitted' },
  }
}
