import { Random } from '../random.ts'
import type { Labelled } from './labelled.ts'

/** Samples of a series. */
const LENGTH = 128
/** Values are whole multiples of this, as from a converter: so the last bit of a sine, which an engine may change, changes nothing. */
const QUANTUM = 1 / 256
/** Standard deviation of the noise, against a wave of 1. */
const NOISE = [0.1, 0.8] as const
const GAIN = [0.5, 2] as const
/** Cycles of a wave in a series. */
const CYCLES = [3, 12] as const

/** Draws one wave: its value at each place of the series, s from 0 to 1. Scale and mean do not matter. */
type Wave = (random: Random) => Float64Array

const waves = {
  sine: periodic((u) => Math.sin(2 * Math.PI * u)),
  triangle: periodic((u) => Math.abs(fraction(u) - 0.5)),
  square: periodic((u) => (fraction(u) < 0.5 ? 1 : -1)),
  sawtooth: periodic(fraction),
  pulses: periodic((u) => Math.exp(-0.5 * ((fraction(u) - 0.5) / 0.08) ** 2)),
  chirp: (random) => {
    const [from, to] = twoFrequencies(random, [2, 3])
    const phase = random.uniform()
    return sampled((s) => Math.sin(2 * Math.PI * (phase + from * s + ((to - from) * s * s) / 2)))
  },
  'frequency step': (random) => {
    const [from, to] = twoFrequencies(random, [1.6, 2.5])
    const phase = random.uniform()
    const change = between(random, [0.3, 0.7])
    return sampled((s) => Math.sin(2 * Math.PI * (phase + from * Math.min(s, change) + to * Math.max(0, s - change))))
  },
  damped: (random) => {
    const cycles = spread(random, CYCLES)
    const onset = between(random, [0, 0.4])
    const decay = between(random, [0.15, 0.4])
    return sampled((s) => (s < onset ? 0 : Math.sin(2 * Math.PI * cycles * (s - onset)) * Math.exp((onset - s) / decay)))
  },
  'two tones': (random) => {
    const first = spread(random, CYCLES)
    const second = first * between(random, [1.3, 2.2])
    const [phase, otherPhase] = [random.uniform(), random.uniform()]
    const share = between(random, [0.6, 1])
    return sampled((s) => Math.sin(2 * Math.PI * (phase + first * s)) + share * Math.sin(2 * Math.PI * (otherPhase + second * s)))
  },
  'random walk': (random) => {
    let value = 0
    return Float64Array.from({ length: LENGTH }, () => (value += random.normal()))
  },
} satisfies Readonly<Record<string, Wave>>

/** The classes, in the order of their labels. */
export const waveNames = Object.keys(waves)

/**
 * Makes noisy series of ten kinds of wave, `[examples, 128, 1]`, as many of each kind.
 *
 * A wave has a random phase and 3 to 12 cycles, and is brought to mean 0 and a root mean square of 1, so that its shape alone tells
 * its class. Then white noise of deviation 0.1 to 0.8 is added, and the sum is turned by a random sign and multiplied by 0.5 to 2.
 *
 * @param part  Keeps the draws of parts apart, such as `train` and `test`. The same seed and part give the same bits.
 */
export function makeWaves({ seed, part, examples }: { readonly seed: number; readonly part: string; readonly examples: number }): Labelled {
  const random = Random.seeded(seed, `waves ${part}`)
  const kinds = Object.values(waves)
  const labels = Int32Array.from({ length: examples }, (_, index) => index % kinds.length)
  const values = new Float32Array(examples * LENGTH)
  labels.forEach((label, index) => values.set(noisy(standard(kinds[label]!(random)), random), index * LENGTH))
  return { inputs: { shape: [examples, LENGTH, 1], type: 'float32', values }, labels }
}

function noisy(wave: Float64Array, random: Random): Float64Array {
  const noise = between(random, NOISE)
  const gain = spread(random, GAIN) * (random.uniform() < 0.5 ? -1 : 1)
  return wave.map((value) => QUANTUM * Math.round((gain * (value + noise * random.normal())) / QUANTUM))
}

/** To mean 0 and a mean square of 1. */
function standard(wave: Float64Array): Float64Array {
  const mean = wave.reduce((sum, value) => sum + value, 0) / wave.length
  const centred = wave.map((value) => value - mean)
  const size = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0) / wave.length)
  return centred.map((value) => value / size)
}

/** A wave of some shape, which is told over one cycle. */
function periodic(shape: (cycle: number) => number): Wave {
  return (random) => {
    const cycles = spread(random, CYCLES)
    const phase = random.uniform()
    return sampled((s) => shape(phase + cycles * s))
  }
}

function sampled(wave: (place: number) => number): Float64Array {
  return Float64Array.from({ length: LENGTH }, (_, index) => wave(index / LENGTH))
}

/** Two numbers of cycles in a random order, the larger so many times the smaller. */
function twoFrequencies(random: Random, ratio: readonly [number, number]): readonly [number, number] {
  const low = spread(random, [CYCLES[0], CYCLES[1] / ratio[0]])
  const high = low * between(random, ratio)
  return random.uniform() < 0.5 ? [low, high] : [high, low]
}

function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.uniform()
}

/** Evenly over the logarithm. */
function spread(random: Random, [low, high]: readonly [number, number]): number {
  return low * Math.exp(Math.log(high / low) * random.uniform())
}

function fraction(u: number): number {
  return u - Math.floor(u)
}
