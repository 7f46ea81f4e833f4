import type { CompressionReading, GradientRecord } from '../../contract/gradient-records.ts'
import { binCount, toBitHistogram } from './bit-histograms.ts'
import type { Compressor } from './compressor.ts'
import { ROW } from './flat-layout.ts'
import type { FlatLayout } from './flat-layout.ts'
import { MANTISSA_BITS } from './step-outputs.ts'
import type { Worker } from './worker-variables.ts'

export interface RecordedStep {
  readonly layout: FlatLayout
  readonly workers: readonly Worker[]
  readonly compressor: Compressor
  /** What a recorded step told. */
  readonly outputs: Readonly<Record<string, Float32Array | Int32Array>>
  readonly ratio: number | null
  readonly step: number
}

/** Histograms and readings of all units of all workers, as they are logged. */
export function gradientRecords(recorded: RecordedStep): readonly GradientRecord[] {
  const { layout, workers, outputs, step } = recorded
  const bins = binCount(MANTISSA_BITS)
  const units = layout.units.length
  const counts = outputs['histograms'] as Int32Array // a recorded step has them
  return workers.flatMap((_, worker) =>
    layout.units.map((unit, index) => {
      const filled = unit.rows * ROW - unit.elements
      const histogramOf = (target: number) => {
        const start = ((worker * 3 + target) * units + index) * bins
        return toBitHistogram(counts.subarray(start, start + bins), { mantissaBits: MANTISSA_BITS, filled })
      }
      return { step, worker, unit: unit.name, elements: unit.elements, histograms: { gradient: histogramOf(0), values: histogramOf(1), error: histogramOf(2) }, compression: readingOf(recorded, { worker, index }) }
    }),
  )
}

function readingOf({ layout, outputs, compressor, ratio }: RecordedStep, { worker, index }: { readonly worker: number; readonly index: number }): CompressionReading {
  const units = layout.units.length
  const at = (name: string, width = 1, place = 0): number | null => {
    const value = outputs[name]?.[(worker * units + index) * width + place]
    return value === undefined || !Number.isFinite(value) ? null : value
  }
  const family = at('family')
  const status = at('status')
  const elements = layout.units[index]?.elements ?? 0
  const { families = [], statuses = [] } = compressor.words ?? {}
  const distribution = family === null ? null : (families[family] ?? null)
  return {
    kept: at('kept') ?? 0,
    asked: at('asked') ?? (ratio === null ? null : ratio * elements),
    lower: at('lower'),
    upper: at('upper'),
    distribution,
    location: at('constants', 3, 0),
    scale: at('constants', 3, 1),
    degreesOfFreedom: distribution === 'student-t' ? at('constants', 3, 2) : null,
    status: status === null ? 'sent' : (statuses[status] ?? `status ${status}`),
  }
}
