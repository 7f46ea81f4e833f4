import { chartFont } from '../../../charts/base-option.ts'
import type { ChartColors } from '../../../charts/colors.ts'
import type { Ticks } from './axis-ticks.ts'
import type { Scale } from './scale.ts'

/** Where the lines are drawn within the chart, in pixels. */
export interface PlotArea {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Axes {
  readonly area: PlotArea
  readonly x: Scale
  readonly y: Scale
  readonly xTicks: Ticks
  readonly yTicks: Ticks
  readonly xName: string
  readonly colors: ChartColors
}

const fontPx = 11.5
export const axisFont = `${fontPx}px ${chartFont}`

/** Lines of the grid, which lie under the curves. */
export function paintGrid(pen: CanvasRenderingContext2D, { area, x, y, xTicks, yTicks, colors }: Axes): void {
  pen.strokeStyle = colors.grid
  pen.lineWidth = 1
  pen.beginPath()
  for (const value of xTicks.values) {
    const at = crisp(x.pixel(value))
    pen.moveTo(at, area.top)
    pen.lineTo(at, area.top + area.height)
  }
  for (const value of yTicks.values) {
    const at = crisp(y.pixel(value))
    pen.moveTo(area.left, at)
    pen.lineTo(area.left + area.width, at)
  }
  pen.stroke()
}

/** The axes with their labels and the name of the horizontal one, with its unit. */
export function paintAxes(pen: CanvasRenderingContext2D, { area, x, y, xTicks, yTicks, xName, colors }: Axes): void {
  const bottom = area.top + area.height
  pen.strokeStyle = colors.line
  pen.lineWidth = 1
  pen.beginPath()
  pen.moveTo(crisp(area.left), area.top)
  pen.lineTo(crisp(area.left), crisp(bottom))
  pen.lineTo(area.left + area.width, crisp(bottom))
  for (const value of xTicks.values) {
    pen.moveTo(crisp(x.pixel(value)), bottom)
    pen.lineTo(crisp(x.pixel(value)), bottom + 4)
  }
  pen.stroke()
  pen.fillStyle = colors.muted
  pen.font = axisFont
  pen.textAlign = 'right'
  pen.textBaseline = 'middle'
  for (const value of yTicks.values) pen.fillText(yTicks.text(value), area.left - 7, y.pixel(value))
  pen.textAlign = 'center'
  pen.textBaseline = 'top'
  let free = Number.NEGATIVE_INFINITY
  for (const value of xTicks.values) {
    const text = xTicks.text(value)
    const [at, half] = [x.pixel(value), pen.measureText(text).width / 2]
    if (at - half < free || at + half > area.left + area.width + 14) continue
    pen.fillText(text, at, bottom + 7)
    free = at + half + 8
  }
  pen.fillText(xName, area.left + area.width / 2, bottom + 23)
}

/** A line of one pixel is sharp between two of them. */
export function crisp(at: number): number {
  return Math.round(at - 0.5) + 0.5
}
