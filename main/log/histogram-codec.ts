import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { LoupeError } from '../contract/errors.ts'
import { gradientTarget } from '../contract/gradient-records.ts'
import type { BitHistogram, GradientRecord } from '../contract/gradient-records.ts'

type Histograms = GradientRecord['histograms']

/** First byte of what is written; another one where the rest is laid out in another way. */
const FORMAT = 1
/** Fewest bits of a bin that a histogram over float32 has: exponent and sign. */
const BINS_OF_NO_MANTISSA = 512

/**
 * Packs the histograms of a record: some 0.5 to 1.7 kB for the three of a gradient at 4 mantissa bits (28 to 32 % of plain varints).
 *
 * One after the other, each as whole numbers of 7 bits a byte: mantissa bits, zeros, number of runs of neighbouring bins, for each run the
 * bins skipped before it and its length, then the counts; deflated together, because an error mirrors the values that it is of.
 */
export function encodeHistograms(histograms: Histograms): Uint8Array {
  const numbers: number[] = []
  for (const target of gradientTarget.options) pushHistogram(numbers, checked(histograms[target], target))
  return Buffer.concat([Uint8Array.of(FORMAT), deflateRawSync(packed(numbers), { level: 9 })])
}

/** @throws LoupeError `log-corrupt` for bytes that {@link encodeHistograms} never wrote. */
export function decodeHistograms(bytes: Uint8Array): Histograms {
  const numbers = unpacked(bytes)
  const [gradient, values, error] = gradientTarget.options.map(() => takeHistogram(numbers))
  if (gradient === undefined || values === undefined || error === undefined || numbers.left > 0) throw corrupt(`${numbers.left} bytes are left over`)
  return { gradient, values, error }
}

function pushHistogram(numbers: number[], { mantissaBits, bins, counts, zeros }: BitHistogram): void {
  const runs: number[] = []
  let next = 0
  for (let first = 0; first < bins.length; ) {
    let end = first + 1
    while (end < bins.length && bins[end] === bins[end - 1]! + 1) end++
    runs.push(bins[first]! - next, end - first)
    next = bins[end - 1]! + 1
    first = end
  }
  numbers.push(mantissaBits, zeros, runs.length / 2)
  for (const number of runs) numbers.push(number)
  for (const count of counts) numbers.push(count)
}

function takeHistogram(numbers: Numbers): BitHistogram {
  const [mantissaBits, zeros, runs] = [numbers.take(), numbers.take(), numbers.take()]
  if (mantissaBits > 10) throw corrupt(`${mantissaBits} mantissa bits`)
  const bins: number[] = []
  let next = 0
  for (let run = 0; run < runs; run++) {
    next += numbers.take()
    const length = numbers.take()
    if (next + length > BINS_OF_NO_MANTISSA * 2 ** mantissaBits) throw corrupt('it names a bin above the last one')
    for (let bin = 0; bin < length; bin++) bins.push(next++)
  }
  return { mantissaBits, bins, counts: bins.map(() => numbers.take()), zeros }
}

function packed(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = []
  for (let number of numbers) {
    for (; number >= 128; number = Math.floor(number / 128)) bytes.push((number % 128) + 128)
    bytes.push(number)
  }
  return Uint8Array.from(bytes)
}

interface Numbers {
  take(): number
  readonly left: number
}

function unpacked(bytes: Uint8Array): Numbers {
  if (bytes[0] !== FORMAT) throw corrupt(`its first byte is ${bytes[0] ?? 'missing'}, not ${FORMAT}`)
  const plain = inflated(bytes.subarray(1))
  let position = 0
  return {
    take() {
      let number = 0
      for (let factor = 1; ; factor *= 128) {
        const byte = plain[position++]
        if (byte === undefined || factor > 2 ** 49) throw corrupt('it ends inside of a number')
        number += (byte % 128) * factor
        if (byte < 128) return number
      }
    },
    get left() {
      return plain.length - position
    },
  }
}

function inflated(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes)
  } catch (error) {
    throw corrupt(error instanceof Error ? error.message : String(error))
  }
}

/** One record that does not read back would make a whole step unreadable, so it is refused before it is queued. */
function checked(histogram: BitHistogram, target: string): BitHistogram {
  const { mantissaBits, bins, counts, zeros } = histogram
  const isWhole = (number: number) => Number.isSafeInteger(number) && number >= 0
  const isAscending = bins.every((bin, index) => isWhole(bin) && (index === 0 || bin > bins[index - 1]!))
  const fits = isWhole(mantissaBits) && mantissaBits <= 10 && (bins.at(-1) ?? 0) < BINS_OF_NO_MANTISSA * 2 ** mantissaBits
  if (isAscending && fits && isWhole(zeros) && counts.length === bins.length && counts.every(isWhole)) return histogram
  throw new LoupeError('invalid-input', `The histogram of the ${target} must have ascending bins of float32 at 0 to 10 mantissa bits and a whole count for each; got ${bins.length} bins and ${counts.length} counts at ${mantissaBits}.`, { target, mantissaBits, bins: bins.length, counts: counts.length, zeros })
}

function corrupt(reason: string): LoupeError {
  return new LoupeError('log-corrupt', `A histogram in the log does not read as one: ${reason}.`, { reason })
}
