import type { ChartAxis } from '../contract/report-document.ts'

/** From values to pixels along one axis. */
export interface ChartScale {
  /** To a tenth of a pixel, so that the same chart is the same text. */
  readonly place: (value: number) => number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
}

export function chartScale(options: { readonly axis: ChartAxis; readonly low: number; readonly high: number; readonly from: number; readonly to: number }): ChartScale {
  const { axis, low, high, from, to } = options
  const project = axis.scale === 'log' ? Math.log : (value: number) => value
  const [start, end] = [project(low), project(high)]
  const place = (value: number) => Number((from + ((project(value) - start) / (end - start)) * (to - from)).toFixed(1))
  if (axis.names !== null) return { place, ticks: axis.names.map((label, value) => ({ value, label })) }
  return { place, ticks: (axis.scale === 'log' ? logTicks(low, high) : linearTicks(low, high)).map((value) => ({ value, label: tickLabel(value) })) }
}

/** Four to eight round values: multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number): readonly number[] {
  const rough = (high - low) / 6
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power * 10
  const first = Math.ceil(low / step)
  // A multiple of the step, rounded to its digits: 3 · 0.1 is to be 0.3.
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** Powers of ten, or of their multiples where there are few of those. */
export function logTicks(low: number, high: number): readonly number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const decades = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  const every = Math.max(1, Math.ceil(decades.length / 8))
  const choices = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map((factors) =>
    decades.filter((decade) => (decade - first) % every === 0).flatMap((decade) => factors.map((factor) => Number(`${factor}e${decade}`))).filter((value) => value >= low && value <= high),
  )
  return choices.find((ticks) => ticks.length >= 3) ?? choices.at(-1) ?? []
}

/** Short: 1200 and 0.05 as they are, 1 200 000 grouped, 1e7 and 2.5e-5 as powers. */
function tickLabel(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential().replace('e+', 'e').replace('-', '−').replace('e-', 'e−')
  const plain = String(Number(value.toPrecision(6))).replace('-', '−')
  return size >= 10_000 ? plain.replace(/\B(?=(\d{3})+$)/g, ' ') : plain
}
