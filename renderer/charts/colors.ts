/** Colours of a chart; a canvas cannot read the style sheet's variables, so they stand here again, one set a mode. */
export interface ChartColors {
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly grid: string
  readonly surface: string
  readonly accent: string
  /** A second and a third quantity beside the accent; told apart in all common colour-vision deficiencies. */
  readonly second: string
  readonly third: string
  readonly bad: string
  /** Ends of the ordered scale, as a share of it: the end that would vanish on this ground is left out. */
  readonly orderedFrom: number
  readonly orderedTo: number
  /** From −1 over 0, which lies near the ground, to 1. */
  readonly diverging: readonly string[]
}

const light: ChartColors = {
  ink: '#17212b',
  muted: '#5c6a75',
  line: '#b9c4cd',
  grid: '#e6ebef',
  surface: '#ffffff',
  accent: '#0b6b88',
  second: '#c4621a',
  third: '#6b4ba3',
  bad: '#b3261e',
  orderedFrom: 0,
  orderedTo: 0.72,
  diverging: ['#0a2f5c', '#2468a4', '#86b6d6', '#f1f3f4', '#e8a377', '#bf5219', '#5f1a06'],
}
const dark: ChartColors = {
  ink: '#e3e9ed',
  muted: '#93a1ac',
  line: '#44525d',
  grid: '#242d35',
  surface: '#161c22',
  accent: '#5cbcd8',
  second: '#f0a35e',
  third: '#b79ee6',
  bad: '#f28b82',
  orderedFrom: 0.36,
  orderedTo: 1,
  diverging: ['#a9d3ff', '#5598dc', '#28517c', '#161c22', '#7d4526', '#dd8549', '#ffcfa8'],
}

export function chartColors(mode: 'light' | 'dark'): ChartColors {
  return mode === 'dark' ? dark : light
}

/** Ordered in lightness and readable with any common colour-vision deficiency. After F. Crameri's batlow, Nature Communications 11 (2020) 5444. */
const scale = ['#011959', '#0f3b5f', '#1c5460', '#3c6d56', '#687b3e', '#9d892b', '#d29343', '#f8a17b', '#fdb7bc', '#facdfa']

/** `count` colours along the ordered scale, first to last. */
export function orderedColors(count: number, colors: ChartColors): string[] {
  return Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 0.5 : index / (count - 1)
    return scaleColor(colors.orderedFrom + share * (colors.orderedTo - colors.orderedFrom))
  })
}

/** The colour at a share of the ordered scale, from 0 to 1. */
export function orderedColor(share: number, colors: ChartColors): string {
  return scaleColor(colors.orderedFrom + Math.min(Math.max(share, 0), 1) * (colors.orderedTo - colors.orderedFrom))
}

/** Black or white, whichever reads better on a ground, and at least at 4.5 : 1: by relative luminance as WCAG defines it. */
export function inkOn(ground: string): string {
  const [red = 0, green = 0, blue = 0] = channels(ground).map((value) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff'
}

/** Red, green and blue, from 0 to 255 each, of a value from −1 to 1. Blue and orange are told apart in all common colour-vision deficiencies. */
export function divergingRgb(value: number, { diverging }: ChartColors): readonly number[] {
  return mixedAt(diverging, (value + 1) / 2)
}

function scaleColor(position: number): string {
  return `#${mixedAt(scale, position).map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

function mixedAt(stops: readonly string[], position: number): readonly number[] {
  const place = Math.min(Math.max(position, 0), 1) * (stops.length - 1)
  const index = Math.min(Math.floor(place), stops.length - 2)
  const from = channels(stops[index] ?? '#000000')
  const to = channels(stops[index + 1] ?? '#000000')
  return from.map((value, channel) => Math.round(value + (place - index) * ((to[channel] ?? value) - value)))
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
}

/** The colour with an opacity from 0 to 1. */
export function withOpacity(hex: string, opacity: number): string {
  return `${hex}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`
}
