import type { EChartsOption } from './echarts.ts'

type OneSeries = Readonly<Record<string, unknown>>

/**
 * The door through which all series of one chart go to ECharts: there each gets an id of its own, and one without a type is held back.
 *
 * ECharts merges by id, else by name and place: a series without an id can meet another one of its name. One that is merged keeps
 * whatever the new one does not mention, and one that meets none and has no type is refused as “Unknown series undefined”. So an id
 * here says type, name, which one of that name, and what it sets: series are merged only where nothing of the old one can stay behind.
 * When one comes, goes or moves, all of them are drawn afresh, in the order given.
 */
export function createSeriesDoor(): (option: EChartsOption) => EChartsOption {
  let known: readonly string[] = []
  let generation = 0
  return (option) => {
    const series = typedSeries(option.series)
    const keys = seriesKeys(series)
    if (keys.length !== known.length || keys.some((key, index) => key !== known[index])) {
      generation += 1
      known = keys
    }
    const identified = series.map((one, index) => ({ ...one, id: `${generation}/${keys[index] ?? index}` }))
    return { ...option, series: identified } as EChartsOption // each is as it was, with an id
  }
}

function typedSeries(series: unknown): readonly OneSeries[] {
  const all: readonly unknown[] = Array.isArray(series) ? series : [series]
  return all.filter((one): one is OneSeries => typeof one === 'object' && one !== null && typeof Reflect.get(one, 'type') === 'string')
}

/** What each series is called at the door: its own id or its type and name, what it sets, and a number where several are alike. */
export function seriesKeys(series: readonly OneSeries[]): readonly string[] {
  const seen = new Map<string, number>()
  return series.map((one) => {
    const key = `${String(one['id'] ?? `${String(one['type'])}:${String(one['name'] ?? '')}`)}${settings(one)}`
    const count = seen.get(key) ?? 0
    seen.set(key, count + 1)
    return `${key}#${count}`
  })
}

/** The names of all settings, nested as they are. Lists are replaced as a whole when series are merged, so they count as one. */
function settings(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ''
  const set = Object.entries(value).filter(([key, child]) => key !== 'id' && child !== undefined)
  return `{${set.map(([key, child]) => key + settings(child)).toSorted().join()}}`
}
