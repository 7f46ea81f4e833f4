import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { MadeRuns } from './charts-workspace.ts'
import { madeLosses } from './charts-workspace.ts'

/** What a user without Loupe would draw the curves with: a plain page that holds every point. */
export type ChartLibrary = 'uPlot' | 'ECharts'

const scripts: Readonly<Record<ChartLibrary, readonly string[]>> = {
  uPlot: ['uplot/dist/uPlot.min.css', 'uplot/dist/uPlot.iife.min.js'],
  ECharts: ['echarts/dist/echarts.min.js'],
}

/** As large as the plot of Loupe's one chart at a window of 1440 × 900. */
const [width, height] = [1080, 520]

/** Runs in the page: `window.view(from, to)` looks at a part of the steps, `window.drawnAt` says when the first picture was there. */
const drawing: Readonly<Record<ChartLibrary, string>> = {
  uPlot: `
    const xs = Float64Array.from({ length: points }, (_, i) => i)
    const chart = new uPlot({ width: ${width}, height: ${height}, scales: { x: { time: false } }, legend: { show: false }, series: [{}, ...lines.map((_, i) => ({ stroke: color(i), width: 1, points: { show: false } }))] }, [xs, ...lines], document.body)
    window.view = (min, max) => chart.setScale('x', { min, max })`,
  ECharts: `
    const box = document.body.appendChild(Object.assign(document.createElement('div'), { style: 'width:${width}px;height:${height}px' }))
    const chart = echarts.init(box)
    chart.setOption({ animation: false, xAxis: { type: 'value', max: points }, yAxis: { type: 'value', scale: true }, dataZoom: [{ type: 'inside', filterMode: 'none' }],
      series: lines.map((line, i) => ({ type: 'line', showSymbol: false, sampling: 'minmax', lineStyle: { width: 1, color: color(i) }, data: Array.from(line, (y, x) => [x, y]) })) })
    window.view = (startValue, endValue) => chart.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, startValue, endValue })`,
}

function page(library: ChartLibrary, { runs, points }: MadeRuns): string {
  const tags = scripts[library].map((path) => (path.endsWith('.css') ? `<link rel="stylesheet" href="/${path}">` : `<script src="/${path}"></script>`))
  return `<!doctype html><meta charset="utf-8"><title>${library}</title>${tags.join('')}<body><script type="module">
    const [runs, points] = [${runs}, ${points}]
    const all = new Float32Array(await (await fetch('/losses')).arrayBuffer())
    const lines = Array.from({ length: runs }, (_, i) => all.subarray(i * points, (i + 1) * points))
    const color = (i) => 'hsl(' + (i * 37) % 360 + ' 60% 42%)'
    ${drawing[library]}
    requestAnimationFrame(() => requestAnimationFrame(() => (window.drawnAt = performance.now())))
  </script>`
}

/** Serves the pages and the points, on a free port of this machine alone. */
export async function servePages(made: MadeRuns): Promise<{ addressOf(library: ChartLibrary): string; close(): void }> {
  const losses = new Float32Array(made.runs * made.points)
  for (let run = 0; run < made.runs; run++) losses.set(madeLosses({ run, points: made.points }), run * made.points)
  const body = new Uint8Array(losses.buffer)
  const known = new Set(Object.values(scripts).flat())
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').slice(1)
    if (path === 'losses') response.end(body)
    else if (path === 'uPlot' || path === 'ECharts') response.setHeader('Content-Type', 'text/html').end(page(path, made))
    else if (known.has(path)) {
      readFile(fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))).then(
        (file) => response.setHeader('Content-Type', path.endsWith('.css') ? 'text/css' : 'text/javascript').end(file),
        () => response.writeHead(404).end(),
      )
    } else response.writeHead(404).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { addressOf: (library) => `http://127.0.0.1:${port}/${library}`, close: () => void server.close() }
}
