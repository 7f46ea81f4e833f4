import type { FittedConfig } from '../../../contract/exchange-config.ts'
import { inPhase } from '../../../tensorflow/ops.ts'
import type { HostArrays, Tensors } from '../../../tensorflow/runtime.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { CompressionInput, Compressor } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { askedCount } from './asked-count.ts'
import { drawRows } from './drawn-rows.ts'
import { fitLargeNormal, fitUnits } from './family-fits.ts'
import type { UnitFits } from './family-fits.ts'
import { correctedFactor } from './feedback.ts'
import { familyIds } from './fit-families.ts'
import { DRAWN_OF_LARGE, LARGE } from './fit-sums.ts'
import { limitsOf, unitStatuses } from './limits.ts'
import { countNonFinite, sumsOfRows } from './non-finite.ts'
import { countPerUnit, selectBeyond } from './selection.ts'
import type { SparseCode } from './sparse-code.ts'
import { sparseCompressor } from './sparse-compressor.ts'
import { unitElements } from './unit-table.ts'

/**
 * Fits a distribution to the values of each unit, and sends what lies beyond the threshold at which the distribution has the ratio left.
 *
 * Nothing is sorted: one pass counts the values by their leading bits, the fit works on these counts, and one pass selects. Between two fits
 * the constants wait in the state; thresholds follow the ratio of each step.
 *
 * @see US 2020/0380356 A1, claims 4 to 9.
 */
export function fitted(config: FittedConfig, code: SparseCode): Compressor {
  const compressor = sparseCompressor({
    code,
    initState: (layout) => initState(layout, config),
    choose(input) {
      const { layout, values, ratio, state } = input
      const { fits, limits, factor, nonFinite } = inPhase('fit', () => limitsFor(input, config))
      const selection = selectBeyond(layout, values, limits)
      const kept = countPerUnit(layout, selection)
      const asked = askedCount(unitElements(layout), ratio)
      const next: Tensors = {
        ...(config.fitEvery > 1 ? fits : {}),
        ...(config.feedback ? { factor: correctedFactor({ factor: factor ?? tf.onesLike(kept), kept, asked, status: limits.status, ratio, band: [config.feedbackLow, config.feedbackHigh] }) } : {}),
      }
      const zeros = tf.round(tf.mul<tf.Tensor1D>(fits.zeroShare, unitElements(layout)))
      return {
        selection,
        state: { ...state, ...next },
        readings: { kept, asked, lower: limits.lower, upper: limits.upper, zeros, family: fits.family, constants: fits.constants, status: limits.status, nonFinite },
      }
    },
  })
  return { ...compressor, words: { families: familyIds, statuses: unitStatuses } }
}

function limitsFor(input: CompressionInput, config: FittedConfig) {
  const { layout, values, ratio, state } = input
  const found = input.fits ? fitNow(input, config) : { ...remembered(state), nonFinite: countNonFinite(layout, values) }
  const { nonFinite, ...fits } = found
  const factor = config.feedback ? (state['factor'] as tf.Tensor1D) : null // it is in the state then
  return { fits, factor, nonFinite, limits: limitsOf(layout, fits, { ...config, ratio, factor }) }
}

function fitNow(input: CompressionInput, config: FittedConfig): UnitFits & { readonly nonFinite: tf.Tensor1D } {
  const { layout, values, seed } = input
  const { fitSample, ratio, distribution } = config
  const elements = layout.units[0]?.elements ?? 0
  if (layout.units.length === 1 && elements > LARGE && fitSample === 1 && distribution === 'normal') {
    const rowSums = sumsOfRows(values)
    const [sample] = drawRows(layout, values, { share: DRAWN_OF_LARGE / elements, ratio, seed }) as [tf.Tensor1D] // one a unit
    return { ...fitLargeNormal({ values, rowSums, elements, sample }, config), nonFinite: countNonFinite(layout, values, rowSums) }
  }
  const { notFinite, ...fits } = fitUnits(drawRows(layout, values, { share: fitSample, ratio, seed }), config)
  return { ...fits, nonFinite: fitSample < 1 ? countNonFinite(layout, values) : notFinite }
}

/** As initState names them. */
function remembered(state: Tensors): UnitFits {
  return { constants: state['constants'], family: state['family'], zeroShare: state['zeroShare'], hasSpread: state['hasSpread'] } as UnitFits
}

/** Before the first fit there is no spread, so that everything is sent. */
function initState({ units }: FlatLayout, { fitEvery, feedback }: FittedConfig): HostArrays {
  const floats = (value: number) => ({ shape: [units.length], type: 'float32' as const, values: new Float32Array(units.length).fill(value) })
  return {
    ...(feedback ? { factor: floats(1) } : {}),
    ...(fitEvery > 1
      ? {
          constants: { shape: [units.length, 3], type: 'float32' as const, values: new Float32Array(3 * units.length) },
          family: { shape: [units.length], type: 'int32' as const, values: new Int32Array(units.length) },
          zeroShare: floats(0),
          hasSpread: floats(0),
        }
      : {}),
  }
}
