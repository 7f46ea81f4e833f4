import { inSlices } from '../../../in-slices.ts'
import { drawLine } from './draw-line.ts'
import type { LineStyle } from './draw-line.ts'
import type { DrawnLine } from './drawn-lines.ts'
import { createScale, distance, widenedBy } from './scale.ts'
import type { ScaleKind, Span } from './scale.ts'

/** What a layer shows: which lines, over which part of the axes, at what size. */
export interface LayerContent {
  readonly lines: readonly { readonly line: DrawnLine; readonly style: LineStyle }[]
  /** Both axes as they are looked at; the layer reaches farther, to be moved about. */
  readonly x: Span & { readonly kind: ScaleKind }
  readonly y: Span & { readonly kind: ScaleKind }
  readonly width: number
  readonly height: number
  readonly pixelRatio: number
}

/** How far a layer reaches over what is looked at, on either side, as a share of it. */
const margin = 0.5
/** What is left of that when it is drawn anew. */
const leastMargin = 0.2
/** Of each frame; the rest is for the axes, the pointer and everybody else. */
const budgetMs = 7
/** Where there is nothing to see yet, nothing can stutter either. */
const firstBudgetMs = 40
/** Between two looks at the clock. */
const linesAtOnce = 4

/**
 * The lines of a chart as a picture of their own, that is moved and stretched under the axes while one pans and zooms.
 *
 * Drawing a hundred thousand points takes longer than a frame. So they are drawn a few lines a frame, on a canvas that nobody sees yet; the one before
 * stays in sight meanwhile, at its place on the axes, and reaches half a width beyond them.
 */
export class LineLayer {
  #shown: { readonly canvas: HTMLCanvasElement; readonly content: LayerContent; readonly reach: Span } | null = null
  #wanted: LayerContent | null = null
  #isDrawing = false
  #isOver = false
  readonly #onDrawn: () => void

  /** @param onDrawn  There is a newer picture to show. */
  constructor(onDrawn: () => void) {
    this.#onDrawn = onDrawn
  }

  /** Whether the picture in sight is that of what is wanted now, to the last pixel. */
  get isUpToDate(): boolean {
    return !this.#isDrawing && this.#shown !== null && this.#wanted === this.#shown.content
  }

  /** Asks for a picture; drawn once the one under way is done, for else none would ever be while one pans. */
  want(content: LayerContent): void {
    const shown = this.#shown?.content
    const isSame = shown !== undefined && isSameDrawing(shown, content)
    if (isSame && distance(content.x.kind, content.x, shown.x) < margin - leastMargin && isSameLength(content, shown)) return
    this.#wanted = content
    if (!this.#isDrawing) void this.#draw()
  }

  /** Paints the picture where it belongs on the axes of now. */
  paint(target: CanvasRenderingContext2D, { left, top, content }: { readonly left: number; readonly top: number; readonly content: LayerContent }): void {
    if (this.#shown === null || this.#shown.content.x.kind !== content.x.kind || this.#shown.content.y.kind !== content.y.kind) return
    const { canvas, reach, content: drawn } = this.#shown
    const x = createScale(content.x.kind, content.x, { from: left, to: left + content.width })
    const y = createScale(content.y.kind, content.y, { from: top + content.height, to: top })
    const [from, to, bottom, upper] = [x.pixel(reach.from), x.pixel(reach.to), y.pixel(drawn.y.from), y.pixel(drawn.y.to)]
    if (![from, to, bottom, upper].every(Number.isFinite)) return
    target.save()
    target.beginPath()
    target.rect(left, top, content.width, content.height)
    target.clip()
    target.drawImage(canvas, snapped(from, content.pixelRatio), upper, to - from, bottom - upper)
    target.restore()
  }

  close(): void {
    this.#isOver = true
    this.#shown = null
  }

  async #draw(): Promise<void> {
    this.#isDrawing = true
    while (this.#wanted !== null && this.#wanted !== this.#shown?.content && !this.#isOver) {
      const content = this.#wanted
      const reach = widenedBy(content.x.kind, content.x, margin)
      const canvas = document.createElement('canvas')
      canvas.width = Math.round(content.width * (1 + 2 * margin) * content.pixelRatio)
      canvas.height = Math.round(content.height * content.pixelRatio)
      // Kept in memory: reading a pixel back makes it draw what it was told so far, so that time is spent where it is counted, and not all at once at the end.
      const pen = canvas.getContext('2d', { willReadFrequently: true })
      if (pen === null) break
      pen.scale(content.pixelRatio, content.pixelRatio)
      const x = createScale(content.x.kind, reach, { from: 0, to: content.width * (1 + 2 * margin) })
      const y = createScale(content.y.kind, content.y, { from: content.height, to: 0 })
      let drawn = 0
      const isDone = await inSlices(
        content.lines,
        ({ line, style }) => {
          drawLine(pen, line, { x, y, style })
          if (++drawn % linesAtOnce === 0) pen.getImageData(0, 0, 1, 1)
        },
        { isOver: () => this.#isOver || (this.#wanted !== content && !isSameDrawing(this.#wanted, content)), budgetMs: this.#shown === null ? firstBudgetMs : budgetMs, rest: nextFrame },
      )
      if (!isDone) continue
      this.#shown = { canvas, content, reach }
      this.#onDrawn()
    }
    this.#isDrawing = false
  }
}

/** The same lines in the same looks and heights: another part of them is looked at, at most. */
function isSameDrawing(a: LayerContent | null, b: LayerContent): boolean {
  return a !== null && a.lines === b.lines && a.width === b.width && a.height === b.height && a.pixelRatio === b.pixelRatio && a.x.kind === b.x.kind && a.y.kind === b.y.kind && a.y.from === b.y.from && a.y.to === b.y.to
}

function isSameLength({ x: a }: LayerContent, { x: b }: LayerContent): boolean {
  const length = ({ kind, from, to }: LayerContent['x']) => (kind === 'log' ? Math.log(to / from) : to - from)
  return Math.abs(length(a) / length(b) - 1) < 1e-6
}

/** To whole pixels of the screen: between two of them lines would blur, and be painted slower. */
function snapped(pixel: number, pixelRatio: number): number {
  return Math.round(pixel * pixelRatio) / pixelRatio
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()))
}
