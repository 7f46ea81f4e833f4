import { tf } from '../../../tensorflow/tf.ts'
import { add, choose, div, double, isGreater, isLess, mul } from './doubles.ts'
import type { Double } from './doubles.ts'
import { both, cast, concat, concat2, gather, known, same } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'
import { familyIds, fitFamily } from './fit-families.ts'
import type { FamilyFit, FamilyId, FitGraphOptions } from './fit-families.ts'
import { fitNormalBySums } from './fit-sums.ts'
import type { SampledUnit } from './fit-sums.ts'
import { histogramsOf, isSmall } from './histogram.ts'
import type { Histograms } from './histogram.ts'

/** What a fit finds of each unit, in the form in which it waits for the next fit. */
export interface UnitFits {
  /** float32 `[units, 3]`: location, scale, degrees of freedom; 0 where there is no spread. */
  readonly constants: tf.Tensor2D
  /** int32 `[units]`: places in `familyIds`. */
  readonly family: tf.Tensor1D
  /** float32 `[units]`: share of exact zeros. */
  readonly zeroShare: tf.Tensor1D
  /** float32 `[units]`: 1 where the values differ enough to be told apart, else 0. */
  readonly hasSpread: tf.Tensor1D
}

export interface FitOptions extends FitGraphOptions {
  readonly distribution: FamilyId | 'auto'
  readonly zeros: 'mixture' | 'ignore'
}

type GroupFits = UnitFits & { readonly notFinite: tf.Tensor1D }

/** Fits one family, or all and takes the likeliest by AIC, to each unit. @param units  float32, a tensor of one axis a unit. */
export function fitUnits(units: readonly tf.Tensor1D[], options: FitOptions): GroupFits {
  // Small ones share their passes.
  const groups = [...Map.groupBy(units.keys(), (unit) => isSmall(units[unit]!)).values()]
  const fits = groups.map((group) => fitGroup(group.map((unit) => units[unit]!), options))
  const [first] = fits
  if (fits.length === 1) return first!
  const inOrder = groups.flat()
  const places = tf.tensor1d(units.map((_, unit) => inOrder.indexOf(unit)), 'int32')
  const joined = <T extends tf.Tensor>(of: (fit: GroupFits) => T): T => known<T>(gather(concat(fits.map(of)), places), [units.length, ...of(first!).shape.slice(1)])
  return { constants: joined((fit) => fit.constants), family: joined((fit) => fit.family), zeroShare: joined((fit) => fit.zeroShare), hasSpread: joined((fit) => fit.hasSpread), notFinite: joined((fit) => fit.notFinite) }
}

/** @param units  All of them small, or none. */
function fitGroup(units: readonly tf.Tensor1D[], { distribution, zeros, ...options }: FitOptions): GroupFits {
  const histograms = histogramsOf(units, { zeros })
  const among = distribution === 'auto' ? familyIds : [distribution]
  const best = likeliest(histograms, among.map((id) => ({ family: familyIds.indexOf(id), fit: fitFamily(id, histograms, options) })))
  const zeroShare = tf.div<tf.Tensor1D>(histograms.zeros, tf.tensor1d(units.map(({ size }) => Math.max(size, 1))))
  return { ...unitFits(histograms, best), zeroShare, notFinite: histograms.notFinite }
}

/** Fits a normal to all values of one large unit, of which only a sample is put into a histogram: see `fit-sums.ts`. */
export function fitLargeNormal(unit: SampledUnit, { zeros, ...options }: FitOptions): UnitFits {
  const histogram = histogramsOf([unit.sample], { zeros })
  const { fit, zeroShare } = fitNormalBySums(unit, histogram, fitFamily('normal', histogram, options))
  const found = { ...fit, family: add(same('ZerosLike', fit.scale), familyIds.indexOf('normal')) }
  return { ...unitFits(histogram, found), zeroShare: known(cast(zeroShare, 'float32'), [1]) }
}

function unitFits(histograms: Histograms, best: Candidate): Omit<UnitFits, 'zeroShare'> {
  const hasSpread = both(isGreater(best.scale, 0), same('Greater', histograms.filled, tf.scalar(1, 'int32')))
  const units = histograms.zeros.size
  const perUnit = (x: Operand) => known<tf.Tensor1D>(x, [units])
  const constants = concat2([best.location, best.scale, best.degrees].map((constant) => choose(hasSpread, constant, 0)))
  return {
    constants: known(cast(constants, 'float32'), [units, 3]),
    family: perUnit(cast(best.family, 'int32')),
    hasSpread: perUnit(cast(hasSpread, 'float32')),
  }
}

interface Candidate {
  readonly location: Double
  readonly scale: Double
  readonly degrees: Double
  readonly family: Double
}

function likeliest(histograms: Histograms, fits: readonly { readonly family: number; readonly fit: FamilyFit }[]): Candidate {
  const numbered = (family: number, { scale }: FamilyFit) => add(same('ZerosLike', scale), family)
  const [first, ...others] = fits
  let best: Candidate = { ...first!.fit, family: numbered(first!.family, first!.fit) } // at least one is asked for
  if (others.length === 0) return best
  let least = informationOf(histograms, first!.fit, first!.family)
  for (const { family, fit } of others) {
    const information = informationOf(histograms, fit, family)
    const isBetter = isLess(information, least)
    best = {
      location: choose(isBetter, fit.location, best.location),
      scale: choose(isBetter, fit.scale, best.scale),
      degrees: choose(isBetter, fit.degrees, best.degrees),
      family: choose(isBetter, numbered(family, fit), best.family),
    }
    least = choose(isBetter, information, least)
  }
  return best
}

/** AIC over 2 · values: constants / values − mean log-likelihood. Beyond all others where the family finds no spread. */
function informationOf({ size }: Histograms, fit: FamilyFit, family: number): Double {
  const constants = familyIds[family] === 'student-t' ? 3 : 2
  return choose(isGreater(fit.scale, 0), add(div(constants, size), mul(-1, fit.logLikelihood())), double(3e38))
}
