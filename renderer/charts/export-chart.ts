import { init } from './echarts.ts'
import type { EChartsOption } from './echarts.ts'

export interface ChartPicture {
  readonly option: EChartsOption
  readonly title: string
  readonly width: number
  readonly height: number
  readonly background: string
  readonly ink: string
}

const titleHeight = 34

/** The chart as an SVG drawing, complete: title, legend, axes with names and units. Drawn anew, without a document. */
export function toSvg(picture: ChartPicture): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: picture.width, height: picture.height + titleHeight })
  chart.setOption(titled(picture))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

/** The same as a PNG image at twice the size. */
export async function toPng(picture: ChartPicture): Promise<Blob> {
  const canvas = document.createElement('canvas')
  const chart = init(canvas, null, { renderer: 'canvas', width: picture.width, height: picture.height + titleHeight, devicePixelRatio: 2 })
  chart.setOption(titled(picture))
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  chart.dispose()
  if (blob === null) throw new Error('The browser could not draw the image.')
  return blob
}

/** The same as a PDF, as the SVG drawing is: vectors and text. What makes it is loaded with the first one. */
export async function toPdf(picture: ChartPicture): Promise<Blob> {
  const { pdfOfSvg } = await import('./chart-pdf.ts')
  return await pdfOfSvg({ svg: toSvg(picture), title: picture.title })
}

/** Moves the chart down to make room for its title, which the window shows outside of it. */
function titled({ option, title, background, ink }: ChartPicture): EChartsOption {
  const legends = option.visualMap === undefined ? [] : [option.visualMap].flat()
  const parallels = option.parallel === undefined ? [] : [option.parallel].flat()
  const grids = Array.isArray(option.grid) ? option.grid : [option.grid ?? {}]
  return {
    ...option,
    toolbox: { show: false },
    backgroundColor: background,
    title: { text: title, left: 10, top: 8, textStyle: { fontSize: 14, fontWeight: 650, color: ink } },
    grid: grids.map((grid) => ({ ...grid, top: Number(grid.top ?? 0) + titleHeight })),
    ...(parallels.length === 0 ? {} : { parallel: parallels.map((one) => ({ ...one, top: Number(one.top ?? 0) + titleHeight })) }),
    ...(legends.length === 0 ? {} : { visualMap: legends.map((legend) => ({ ...legend, left: 10, top: Number(legend.top ?? 0) + titleHeight })) }),
    legend: { ...(Array.isArray(option.legend) ? option.legend[0] : option.legend), top: titleHeight + 2 },
  }
}

/** Offers a file to save. */
export function saveFile(name: string, content: Blob | string, type = 'text/plain'): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
