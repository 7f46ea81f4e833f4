import type { Formats } from '../../../format.ts'
import { logTicks } from '../../../charts/log-axis.ts'
import type { ScaleKind, Span } from './scale.ts'

/** Where labels stand, and what they say. */
export interface Ticks {
  readonly values: readonly number[]
  readonly text: (value: number) => string
}

/** Round numbers from one end to the other, about as many as asked for: steps of 1, 2 or 5 times a power of ten. */
export function linearTicks({ from, to }: Span, wanted: number): number[] {
  if (!(to > from)) return [from]
  const rough = (to - from) / Math.max(1, wanted)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((mantissa) => mantissa * power >= rough) ?? 10) * power
  const ticks: number[] = []
  // By multiples, through the text: sums of steps gather rounding.
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)))
  return ticks
}

export function axisTicks(kind: ScaleKind, span: Span, { wanted, formats }: { readonly wanted: number; readonly formats: Formats }): Ticks {
  const powers = kind === 'log' ? thinned(logTicks(span.from, span.to), wanted * 1.6) : []
  if (powers.length >= 3) return { values: powers, text: (value) => formats.significant(value) }
  const values = linearTicks(span, wanted)
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : Math.abs(values[0] ?? 1)
  const largest = Math.max(...values.map(Math.abs), step)
  const powers10 = (value: number) => Math.floor(Math.log10(value) + 1e-9)
  // Neighbours must differ in what they say: as many digits as that takes, and not one more.
  const digits = Math.min(15, Math.max(1, powers10(largest) - powers10(step) + 1))
  const whole = (value: number) => (digits <= 3 && largest >= 1e5 ? formats.compact(value) : formats.count(value))
  return { values, text: (value) => (value === 0 ? '0' : largest >= 1e3 && step >= 1 ? whole(value) : formats.significant(value, digits)) }
}

/** A minute, an hour, a day and what one counts them in, in ms. */
const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
const clockSteps = [1, 2, 5, 15, 30].map((n) => n * second).concat([1, 2, 5, 15, 30].map((n) => n * minute), [1, 2, 3, 6, 12].map((n) => n * hour), [1, 2, 7, 14, 30, 90, 365].map((n) => n * day))

/** Times of day, and dates where a day begins or days are what is counted; in the time zone of the window. */
export function clockTicks({ from, to }: Span, { wanted, formats }: { readonly wanted: number; readonly formats: Formats }): Ticks {
  const step = clockSteps.find((one) => (to - from) / one <= wanted) ?? Math.max(365 * day, (to - from) / wanted)
  const zone = -new Date(from).getTimezoneOffset() * minute
  const values: number[] = []
  for (let at = Math.ceil((from + zone) / step) * step - zone; at <= to; at += step) values.push(at)
  const isDay = (at: number) => (at + zone) % day === 0
  return { values, text: (at) => (isDay(at) ? formats.instant(at).replace(/\s*\d{1,2}:\d{2}.*$/, '').replace(/,$/, '') : step < minute ? formats.clock(at) : formats.clock(at).replace(/:\d{2}$/, '')) }
}

function thinned(ticks: readonly number[], most: number): readonly number[] {
  const every = Math.ceil(ticks.length / most)
  return every <= 1 ? ticks : ticks.filter((_, index) => index % every === 0)
}
