export type ScaleKind = 'linear' | 'log'

export interface Span {
  readonly from: number
  readonly to: number
}

/** An axis over a stretch of pixels. */
export interface Scale extends Span {
  readonly kind: ScaleKind
  /** Where a value stands; not finite for one that has no place on a logarithmic axis. */
  readonly pixel: (value: number) => number
  readonly value: (pixel: number) => number
}

/** @param pixels  Where the ends of the span stand; the second may be the smaller one. */
export function createScale(kind: ScaleKind, { from, to }: Span, pixels: Span): Scale {
  const [place, back] = kind === 'log' ? [Math.log10, (at: number) => 10 ** at] : [(value: number) => value, (at: number) => at]
  const [first, last] = [place(from), place(to)]
  const factor = (pixels.to - pixels.from) / (last - first || 1)
  return {
    kind,
    from,
    to,
    pixel: (value) => pixels.from + (place(value) - first) * factor,
    value: (pixel) => back(first + (pixel - pixels.from) / factor),
  }
}

/** The span moved by a share of its length, on its axis. */
export function movedBy(kind: ScaleKind, span: Span, share: number): Span {
  const scale = createScale(kind, span, { from: 0, to: 1 })
  return { from: scale.value(share), to: scale.value(1 + share) }
}

/** The span made longer by a factor about a place of it, given as a share of its length. */
export function zoomedAt(kind: ScaleKind, span: Span, { share, factor }: { readonly share: number; readonly factor: number }): Span {
  const scale = createScale(kind, span, { from: 0, to: 1 })
  return { from: scale.value(share - share * factor), to: scale.value(share + (1 - share) * factor) }
}

/** The span with as much more on both sides as a share of it. */
export function widenedBy(kind: ScaleKind, span: Span, share: number): Span {
  return zoomedAt(kind, span, { share: 0.5, factor: 1 + 2 * share })
}

/** How much of the second span the first one is from it away: 0 where they are the same, 1 where one is a length off, or twice as long. */
export function distance(kind: ScaleKind, a: Span, b: Span): number {
  const scale = createScale(kind, b, { from: 0, to: 1 })
  return Math.max(Math.abs(scale.pixel(a.from)), Math.abs(scale.pixel(a.to) - 1))
}
