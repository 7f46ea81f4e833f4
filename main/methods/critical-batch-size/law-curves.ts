import { examplesBand, logarithmicGrid, stepsBand, type Band } from './bands.ts'
import { combinedBend } from './combined-law.ts'
import { combinedBand } from './combined-band.ts'
import type { LawFits } from './fit-laws.ts'
import type { MeasuredSteps } from './relative-noise.ts'
import type { LawFit } from './report.ts'

/** Points of a curve over the range drawn. */
const GRID = 81
/** How far a curve is drawn beyond the batch sizes swept, as a factor. */
const BEYOND = 2

/** The fitted laws as the report shows them: constants, how good they are, K and N with their bands. */
export function lawCurves(options: { readonly fits: LawFits; readonly points: readonly MeasuredSteps[]; readonly batchSizes: readonly number[]; readonly confidence: number }): LawFit[] {
  const { fits, points, confidence } = options
  const batchSizes = logarithmicGrid(Math.min(...options.batchSizes) / BEYOND, Math.max(...options.batchSizes) * BEYOND, GRID)
  const { iiduka, mccandlish, combined } = fits
  const row = (law: LawFit['law'], constants: Record<string, number>, fit: { aicc: number | null; crossValidation: number | null }, steps: Band): LawFit => ({
    law,
    constants: Object.fromEntries(Object.entries(constants).filter(([, value]) => Number.isFinite(value))),
    aicc: fit.aicc,
    crossValidation: fit.crossValidation,
    steps: listed(steps),
    examples: listed(examplesBand(steps)),
  })
  const own = { a: iiduka.law.a, s: iiduka.law.s, ...(iiduka.asymptote === null ? {} : { b0: iiduka.asymptote }), ...(iiduka.criticalBatchSize === null ? {} : { criticalBatchSize: iiduka.criticalBatchSize }) }
  return [
    row('iiduka', own, iiduka, stepsBand({ line: iiduka.line, response: 'inverse-steps', confidence, batchSizes })),
    row('mccandlish', { ...mccandlish.law }, mccandlish, stepsBand({ line: mccandlish.line, response: 'steps', confidence, batchSizes })),
    ...(combined === null
      ? []
      : [
          row(
            'combined',
            { limitSteps: combined.law.limitSteps, bend: combinedBend(combined.law), b0: combined.law.asymptote, criticalBatchSize: combined.law.criticalBatchSize },
            combined,
            combinedBand({ fit: combined, points, confidence, batchSizes }),
          ),
        ]),
  ]
}

function listed(band: Band): LawFit['steps'] {
  return { batchSize: [...band.batchSize], value: [...band.value], low: [...band.low], high: [...band.high] }
}
