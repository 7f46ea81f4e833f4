import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import echarts from 'echarts/package.json' with { type: 'json' }
import type { Browser, Page } from 'playwright-core'
import uplot from 'uplot/package.json' with { type: 'json' }
import { LoupeError } from '../main/contract/errors.ts'
import { launchBrowser } from '../test/browser/browser.ts'
import { startWorkbench } from '../test/browser/workbench-process.ts'
import type { Benchmark } from './benchmark.ts'
import { timeFrames } from './charts-frames.ts'
import { servePages } from './charts-page.ts'
import type { ChartLibrary } from './charts-page.ts'
import { chartTable, describeAims } from './charts-table.ts'
import type { ChartRound } from './charts-table.ts'
import { writeChartRuns } from './charts-workspace.ts'
import type { MadeRuns } from './charts-workspace.ts'

const cells: readonly (MadeRuns & { readonly rounds: number })[] = [
  { runs: 100, points: 10_000, rounds: 4 },
  { runs: 1, points: 1_000_000, rounds: 2 },
  { runs: 1000, points: 1000, rounds: 2 },
]
const frames = 120
const address = '/compare?filter=&metrics=train/batch-loss&x=step'

/** How fast the comparison of curves opens and moves, beside pages that draw every point with uPlot and with ECharts, one after the other in each round. */
export const chartsBenchmark: Benchmark = {
  name: 'charts',
  title: 'Curves of many runs',
  async run({ effort, report }) {
    const browser = await launchBrowser()
    if (browser === null) throw new LoupeError('not-found', 'There is no Chromium here to draw with. Install one, or name one with LOUPE_CHROMIUM.', {})
    const rounds: ChartRound[] = []
    try {
      for (const cell of effort === 'full' ? cells : cells.slice(0, 1)) rounds.push(...(await measureCell(browser, { cell, rounds: effort === 'full' ? cell.rounds : 2, report })))
    } finally {
      await browser.close()
    }
    return { rows: rounds, markdown: `${introduction}\n\n${chartTable(rounds)}\n\n${describeAims(rounds)}`, versions: { Chromium: browser.version(), ECharts: echarts.version, uPlot: uplot.version } }
  },
}

const introduction = `Losses of steps, in a real Chromium without a GPU, at 1440 × 900. Loupe reads them from its log, of a workspace made for it, and opens its Compare page; the others are plain
pages that are given all points as one block of float32, and hold them: no log, no list of runs, no reading. **Open** is from the navigation to the drawn picture, with all scripts; **click** from a click in Loupe's open window.
Then a quarter of the steps is looked at and moved a little with every frame, and then zoomed with every frame. **Full detail** is from a zoom until every logged value of what is seen has been put into the picture.
ECharts draws with its own sampling (\`minmax\`). Medians over the rounds, in which all sides take turns.`

async function measureCell(browser: Browser, { cell, rounds, report }: { readonly cell: MadeRuns; readonly rounds: number; readonly report: (line: string) => void }): Promise<ChartRound[]> {
  const workspace = mkdtempSync(join(tmpdir(), 'loupe-bench-'))
  report(`${cell.runs} runs of ${cell.points} points: making them`)
  writeChartRuns(workspace, cell)
  const workbench = await startWorkbench(workspace)
  const pages = await servePages(cell)
  const measured: ChartRound[] = []
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    for (let round = -1; round < rounds; round++) {
      const sides: (() => Promise<ChartRound>)[] = [() => withPage(context.newPage(), async (page) => await measureLoupe(page, workbench.address, cell)), ...(['uPlot', 'ECharts'] as const).map((library) => () => withPage(context.newPage(), async (page) => await measureLibrary(page, { library, address: pages.addressOf(library), cell })))]
      for (const side of sides) {
        const result = await side()
        // The first round warms the log's file and the browser's caches on all sides.
        if (round >= 0) measured.push(result)
        report(`  ${result.side}: open ${Math.round(result.navigateMs)} ms, pan ${result.pan.medianMs.toFixed(1)} / ${result.pan.p95Ms.toFixed(1)} ms a frame`)
      }
    }
    await context.close()
  } finally {
    pages.close()
    await workbench.stop()
    rmSync(workspace, { recursive: true })
  }
  return measured
}

async function withPage<T>(opening: Promise<Page>, measure: (page: Page) => Promise<T>): Promise<T> {
  const page = await opening
  page.setDefaultTimeout(60_000)
  try {
    return await measure(page)
  } finally {
    await page.close()
  }
}

async function measureLoupe(page: Page, workbenchAddress: string, { runs, points }: MadeRuns): Promise<ChartRound> {
  const { origin, search } = new URL(workbenchAddress)
  const drawn = `(() => { const card = document.querySelector('.curve'); return card?.dataset.shown === '${runs}' && card.querySelector('.plot')?.dataset.drawn === '${runs}' })()`
  const until = async (condition: string) => (await page.evaluate(`(async () => { while (!(${condition})) await new Promise(requestAnimationFrame); return performance.now() })()`)) as number // a time
  await page.goto(`${origin}/${search}#/runs`)
  await page.goto('about:blank')
  await page.goto(`${origin}/#${address}`, { waitUntil: 'commit' })
  const navigateMs = await until(drawn)

  await page.evaluate(`location.hash = '/runs'`)
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  await page.waitForTimeout(600)
  const clickMs = (await page.evaluate(`(async () => { const started = performance.now(); location.hash = '${address}'; while (!(${drawn})) await new Promise(requestAnimationFrame); return performance.now() - started })()`)) as number // a time

  await page.waitForTimeout(500)
  const wheel = (x: string, y: string, ctrl: boolean) => `(() => { const plot = document.querySelector('.curve .overlay'); const box = plot.getBoundingClientRect(); plot.dispatchEvent(new WheelEvent('wheel', { deltaX: ${x}, deltaY: ${y}, ctrlKey: ${ctrl}, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true, cancelable: true })) })()`
  const detailMs = (await page.evaluate(`(async () => { const started = performance.now(); ${wheel('0', '-770', true)}; while (!(${drawn} && document.querySelector('.curve').dataset.detail === 'true')) await new Promise(requestAnimationFrame); return performance.now() - started })()`)) as number
  await page.waitForTimeout(800)
  const pan = await timeFrames(page, { step: `(i) => ${wheel('i % 120 < 60 ? 8 : -8', '0', false)}`, frames })
  await page.waitForTimeout(500)
  const zoom = await timeFrames(page, { step: `(i) => ${wheel('0', 'i % 60 < 30 ? -20 : 20', true)}`, frames })
  return { side: 'Loupe', runs, points, navigateMs, clickMs, pan, zoom, detailMs }
}

async function measureLibrary(page: Page, { library, address: at, cell: { runs, points } }: { readonly library: ChartLibrary; readonly address: string; readonly cell: MadeRuns }): Promise<ChartRound> {
  await page.goto(at)
  const navigateMs = (await (await page.waitForFunction('window.drawnAt')).jsonValue()) as number // a time
  const quarter = points / 4
  const shift = `(i % 120 < 60 ? i % 60 : 60 - (i % 60)) * ${(8 * quarter) / 1080}`
  await page.evaluate(`view(${1.5 * quarter}, ${2.5 * quarter})`)
  await page.waitForTimeout(800)
  const pan = await timeFrames(page, { step: `(i) => view(${1.5 * quarter} - ${shift}, ${2.5 * quarter} - ${shift})`, frames })
  const factor = `1.0018 ** (20 * (i % 60 < 30 ? -(i % 30) : i % 30 - 30))`
  const zoom = await timeFrames(page, { step: `(i) => view(${2 * quarter} - ${quarter / 2} * ${factor}, ${2 * quarter} + ${quarter / 2} * ${factor})`, frames })
  return { side: library, runs, points, navigateMs, clickMs: null, pan, zoom, detailMs: null }
}
