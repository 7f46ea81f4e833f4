import { LoupeError } from '../contract/errors.ts'
import type { Side } from '../methods/gradient-quantization/distributions/threshold.ts'
import { checkRatio } from '../methods/gradient-quantization/distributions/threshold.ts'
import { FEWEST_VALUES, fitValues } from '../methods/gradient-quantization/fit-values.ts'
import type { FamilyFit, ValuesFit } from '../methods/gradient-quantization/fit-values.ts'
import { readValues } from '../training/datasets/read-values.ts'
import { exitCodes } from './exit-code.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'

export interface FitOfFile {
  readonly file: string
  /** Of the values to keep. */
  readonly ratio: number
  readonly side: Side
  /** In an NPZ with several. */
  readonly array: string | null
}

/** `loupe fit FILE`: which of the four distributions the numbers of a file follow, and what each one's threshold would keep of them. Needs no workspace. */
export async function fitFile({ output }: Invocation, { file, ratio, side, array }: FitOfFile): Promise<number> {
  checkRatio(ratio, side)
  const values = await readValues(file, { array })
  if (values.length === 0) throw new LoupeError('data-malformed', `${file} holds no values. A fit needs at least ${FEWEST_VALUES}.`, { file })
  const found = fitted(file, () => fitValues(values, { ratio, side }))
  refuseUnfitted(file, found)
  for (const warning of found.warnings) output.note(`Note: ${warning}`)
  if (found.status === 'too-small') output.note(`Note: of ${found.count} values a ratio of ${ratio} keeps less than one. From a ratio of ${short(1 / found.count)} on there is one to keep.`)
  const { count, zeros, best } = found
  output.result({
    json: { n: count, zeros, ratio, best, fits: found.fits.map(({ distribution, constants, logLikelihood, aic, ks, threshold, achievedRatio }) => ({ distribution, constants, logLikelihood, aic, ks, threshold, achievedRatio })) },
    text: describeFit(found),
  })
  return exitCodes.done
}

/** Numbers that are none are a fault of the file here, not of a training run. */
function fitted(file: string, fit: () => ValuesFit): ValuesFit {
  try {
    return fit()
  } catch (error) {
    if (!(error instanceof LoupeError) || error.code !== 'not-finite') throw error
    throw new LoupeError('data-malformed', `${file}: ${error.message} Leave the others out.`, { file, ...error.facts }, { cause: error })
  }
}

function refuseUnfitted(file: string, { status, count, zeros, ratio, fits }: ValuesFit): void {
  const refuse = (message: string): never => {
    throw new LoupeError('data-malformed', message, { file, status, count, zeros })
  }
  const nonZeros = count - zeros
  if (status === 'too-small' && fits.length === 0) refuse(`${file} holds ${nonZeros} values other than 0, and a fit needs at least ${FEWEST_VALUES}.`)
  if (status === 'no-spread') refuse(zeros === count ? `All ${count} values of ${file} are 0: there is nothing to fit.` : `The values of ${file} have no spread: all of them, zeros apart, are equal. A distribution needs values that differ.`)
  if (status === 'too-many-zeros') refuse(`${zeros} of the ${count} values of ${file} are 0, so a ratio of ${ratio} asks for more than the ${nonZeros} others. Use a ratio below ${short(nonZeros / count)}.`)
}

function describeFit({ count, zeros, ratio, side, best, fits }: ValuesFit): string {
  const sideText = side === 'both' ? 'on both sides' : `on the ${side} side`
  const zeroText = zeros === 0 ? '' : `, ${zeros} of them exactly 0 and left out of the fits`
  return [
    `${count} values${zeroText}; ${short(ratio)} of them to be kept, ${sideText}.`,
    '',
    table(
      ['distribution', 'location', 'scale', 'degrees', 'log-likelihood', 'AIC', 'KS', 'threshold', 'kept', 'share kept', 'of asked'],
      fits.map((fit) => row(fit, ratio)),
    ),
    '',
    `${best} fits best (smallest AIC). A value is kept where its distance from the location is the threshold or more.`,
  ].join('\n')
}

function row({ distribution, constants, logLikelihood, aic, ks, threshold, kept, achievedRatio }: FamilyFit, ratio: number): readonly string[] {
  const { location, scale, degreesOfFreedom } = constants
  const degrees = degreesOfFreedom === null ? '–' : degreesOfFreedom.toFixed(2)
  return [distribution, short(location), short(scale), degrees, logLikelihood.toFixed(1), aic.toFixed(1), short(ks), short(threshold), String(kept), short(achievedRatio), (achievedRatio / ratio).toFixed(3)]
}

/** Five digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(5)))
}
