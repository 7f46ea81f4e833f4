import { withOpacity } from '../../../charts/colors.ts'
import { readLine } from './drawn-lines.ts'
import type { DrawnLine } from './drawn-lines.ts'
import type { Scale } from './scale.ts'

/** The part of a canvas that lines are drawn with; the window's own or a test's. */
export type Pen = Pick<CanvasRenderingContext2D, 'beginPath' | 'moveTo' | 'lineTo' | 'stroke' | 'fill' | 'closePath' | 'arc' | 'setLineDash' | 'lineCap' | 'strokeStyle' | 'fillStyle' | 'lineWidth' | 'lineJoin'>

export interface LineStyle {
  readonly color: string
  readonly width: number
  /** Of the area between least and greatest, or of the spread of a group; 0 for none. */
  readonly bandOpacity: number
  /** A value holds until the next: the line is drawn as stairs. */
  readonly isHeld: boolean
  /** Runs of the group, to dash the line where fewer of them have a value; 1 for a run. */
  readonly runs: number
  readonly hasRaw: boolean
}

/** Draws one line with what belongs to it: its band, the raw line faint behind a smoothed one, and the line itself. */
export function drawLine(pen: Pen, line: DrawnLine, { x, y, style }: { readonly x: Scale; readonly y: Scale; readonly style: LineStyle }): void {
  const [from, to] = partInSight(line, x)
  if (to <= from) return
  pen.lineJoin = 'round'
  pen.lineCap = 'round'
  if (style.bandOpacity > 0) {
    const [low, high] = line.low !== null && line.high !== null && style.runs > 1 ? [line.low, line.high] : [line.min, line.max]
    pen.fillStyle = withOpacity(style.color, style.bandOpacity)
    fillBand(pen, { x: line.x, low, high, from, to }, { x, y })
  }
  if (line.smoothed !== null && style.hasRaw) {
    pen.strokeStyle = withOpacity(style.color, 0.22)
    pen.lineWidth = 1
    strokeValues(pen, { places: line.x, values: line.mean, from, to }, { x, y, isHeld: style.isHeld })
  }
  pen.strokeStyle = style.color
  pen.lineWidth = style.width
  const values = readLine(line)
  for (const [start, end, isWhole] of stretches(line, from, to, style.runs)) {
    if (isWhole) strokeInPieces(pen, { places: line.x, values, from: start, to: end }, { x, y, isHeld: style.isHeld })
    else {
      pen.setLineDash([5, 4])
      pen.lineCap = 'butt'
      strokeValues(pen, { places: line.x, values, from: start, to: end }, { x, y, isHeld: style.isHeld })
      pen.lineCap = 'round'
      pen.setLineDash([])
    }
  }
  if (to - from === 1) drawDot(pen, { x: x.pixel(line.x[from]!), y: y.pixel(values[from]!), radius: 2.5, color: style.color })
}

export function drawDot(pen: Pen, { x, y, radius, color }: { readonly x: number; readonly y: number; readonly radius: number; readonly color: string }): void {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return
  pen.fillStyle = color
  pen.beginPath()
  pen.arc(x, y, radius, 0, 2 * Math.PI)
  pen.fill()
}

/** Indices of the points between the ends of the scale, and one more on either side. */
function partInSight({ x: places }: DrawnLine, x: Scale): readonly [from: number, to: number] {
  let [from, to] = [0, places.length]
  while (from + 1 < to && places[from + 1]! < x.from) from++
  while (to - 1 > from && places[to - 2]! > x.to) to--
  return [from, to]
}

/** Stretches in which all runs of a group have a value at both ends of each piece, or not; neighbours share a point, so that the line goes on. */
function stretches({ runs }: DrawnLine, from: number, to: number, all: number): (readonly [from: number, to: number, isWhole: boolean])[] {
  if (runs === null || all < 2) return [[from, to, true]]
  const isWhole = (piece: number) => runs[piece]! >= all && runs[piece + 1]! >= all
  const found: (readonly [number, number, boolean])[] = []
  let start = from
  for (let piece = from + 1; piece < to; piece++) {
    if (piece < to - 1 && isWhole(piece) === isWhole(start)) continue
    found.push([start, piece + 1, isWhole(start)])
    start = piece
  }
  return found
}

interface Stroked {
  readonly places: Float64Array
  readonly values: Float64Array
  readonly from: number
  readonly to: number
}

/** A line wider than a pixel is stroked by pieces that share a point: one path of a thousand joins takes twice the time of all of them. */
const pieceLength = 32
function strokeInPieces(pen: Pen, stroked: Stroked, on: { readonly x: Scale; readonly y: Scale; readonly isHeld: boolean }): void {
  if (pen.lineWidth <= 1) return strokeValues(pen, stroked, on)
  for (let from = stroked.from; from < stroked.to - 1; from += pieceLength) strokeValues(pen, { ...stroked, from, to: Math.min(stroked.to, from + pieceLength + 1) }, on)
}

function strokeValues(pen: Pen, { places, values, from, to }: Stroked, { x, y, isHeld }: { readonly x: Scale; readonly y: Scale; readonly isHeld: boolean }): void {
  pen.beginPath()
  let isDown = false
  let lastY = 0
  for (let i = from; i < to; i++) {
    const [px, py] = [x.pixel(places[i]!), y.pixel(values[i]!)]
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      isDown = false
      continue
    }
    if (!isDown) pen.moveTo(px, py)
    else {
      if (isHeld) pen.lineTo(px, lastY)
      pen.lineTo(px, py)
    }
    isDown = true
    lastY = py
  }
  pen.stroke()
}

/** The area between two columns; on a logarithmic axis what is not above 0 is taken to lie at its lower end. */
function fillBand(pen: Pen, { x: places, low, high, from, to }: { readonly x: Float64Array; readonly low: Float64Array; readonly high: Float64Array; readonly from: number; readonly to: number }, { x, y }: { readonly x: Scale; readonly y: Scale }): void {
  const at = (value: number) => (y.kind === 'log' ? y.pixel(Math.max(value, y.from / 10)) : y.pixel(value))
  for (let start = from; start < to; ) {
    let end = start
    while (end < to && Number.isFinite(low[end]!) && Number.isFinite(x.pixel(places[end]!))) end++
    if (end - start > 1) {
      pen.beginPath()
      for (let i = start; i < end; i++) pen.lineTo(x.pixel(places[i]!), at(high[i]!))
      for (let i = end - 1; i >= start; i--) pen.lineTo(x.pixel(places[i]!), at(low[i]!))
      pen.closePath()
      pen.fill()
    }
    start = Math.max(end, start + 1)
  }
}
