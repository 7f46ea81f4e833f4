import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bandSeries } from './custom-series.ts'
import { init } from './echarts.ts'
import type { EChartsOption, EChartsType, Series } from './echarts.ts'
import { createSeriesDoor } from './series-door.ts'

const line = (name: string, rest: object = {}): Series => ({ type: 'line', name, data: [[1, 1], [2, 2]], ...rest })
const band = (name: string): Series => bandSeries({ name, x: [1, 2], low: [1, 1], high: [2, 3], color: '#112233' })
const mark = (id: string): Series => ({ id, type: 'line', data: [], markLine: { data: [{ xAxis: 1 }], label: { formatter: id } } })
const scatter: Series = { type: 'scatter', name: 'a', data: [[1, 1]] }
const option = (...series: Series[]): EChartsOption => ({ animation: false, xAxis: { type: 'value' }, yAxis: { type: 'value' }, series })
const idsOf = ({ series }: EChartsOption) => (Array.isArray(series) ? series : []).map((one) => one.id)

let chart: EChartsType
const said: unknown[] = []
beforeEach(() => {
  said.length = 0
  for (const kind of ['error', 'warn'] as const) vi.spyOn(console, kind).mockImplementation((...words) => void said.push(words.join(' ')))
  chart = init(null, null, { renderer: 'svg', ssr: true, width: 400, height: 300 })
})
afterEach(() => {
  chart.dispose()
  vi.restoreAllMocks()
})
function draw(next: EChartsOption): { type: unknown; name: unknown; silent: unknown }[] {
  chart.setOption(next, { replaceMerge: ['series'] })
  chart.renderToSVGString()
  const drawn: unknown = chart.getOption()['series']
  return (Array.isArray(drawn) ? drawn : []).filter(Boolean).map(({ type, name, silent }) => ({ type, name, silent }))
}

describe('the door to ECharts', () => {
  it('gives each series an id of its own, also where type and name are the same', () => {
    const ids = idsOf(createSeriesDoor()(option(line('a'), line('a'), band('a'), line('b'), mark('mark-x'))))
    expect(new Set(ids).size).toBe(5)
    expect(ids.every((id) => typeof id === 'string')).toBe(true)
  })

  it('keeps the ids for as long as the same series are drawn', () => {
    const door = createSeriesDoor()
    const first = idsOf(door(option(line('a'), band('a'))))
    expect(idsOf(door(option(line('a', { data: [[3, 4]] }), band('a'))))).toEqual(first)
  })

  it('gives all of them new ids when one comes, goes or sets something else', () => {
    const door = createSeriesDoor()
    const first = idsOf(door(option(line('a'), line('b'))))
    for (const next of [option(line('a')), option(line('b'), line('a')), option(line('a'), line('b', { silent: true }))]) {
      expect(idsOf(door(next)).some((id) => first.includes(id))).toBe(false)
    }
  })

  it('holds back what has no type', () => {
    expect(idsOf(createSeriesDoor()(option(line('a'), { name: 'a', data: [] } as Series)))).toHaveLength(1)
    expect(createSeriesDoor()({}).series).toEqual([])
  })

  it('leaves nothing of an earlier series behind', () => {
    const door = createSeriesDoor()
    draw(door(option(line('a', { silent: true, tooltip: { show: false } }))))
    expect(draw(door(option(line('a'))))).toEqual([{ type: 'line', name: 'a', silent: undefined }])
  })

  it('lets ECharts draw a study that grows, shrinks and changes its kinds without a complaint, in the order given', () => {
    const door = createSeriesDoor()
    const pool = [line('a'), band('a'), line('a', { silent: true }), line('b'), band('b'), mark('mark-low'), mark('mark-high'), scatter]
    let random = 1
    const next = () => (random = (random * 48271) % 2147483647) / 2147483647
    for (let round = 0; round < 200; round += 1) {
      const series = pool.map((one) => ({ one, at: next() })).toSorted((x, y) => x.at - y.at).flatMap(({ one, at }) => (at < 0.6 ? [one] : []))
      const drawn = draw(door(option(...series)))
      expect(drawn.map(({ type }) => type)).toEqual(series.map(({ type }) => type))
    }
    expect(said).toEqual([])
  })
})
