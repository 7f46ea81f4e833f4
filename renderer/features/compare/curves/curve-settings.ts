import { curveAxes, curveSpreads } from '../../../../main/contract/compare-curves.ts'
import type { CurveAxis, CurveSpread } from '../../../../main/contract/compare-curves.ts'

/** How all charts of the page are drawn. */
export interface CurveSettings {
  readonly axis: CurveAxis
  readonly isLogX: boolean
  readonly smoothing: number
  readonly spread: CurveSpread
  readonly dragMode: 'zoom' | 'pan'
  /** Keys, of imported runs whatever they are called there. */
  readonly metrics: readonly string[]
  /** Of charts, what is not as usual. */
  readonly logY: readonly string[]
}

export const usualSettings: CurveSettings = { axis: 'step', isLogX: false, smoothing: 0, spread: 'deviation', dragMode: 'zoom', metrics: ['validation/accuracy', 'validation/loss', 'train/batch-loss'], logY: [] }

const storageKey = 'loupe.compare-curves'

/** The settings of the last visit; what does not read is as usual. */
export function keptSettings(storage: Pick<Storage, 'getItem'>): CurveSettings {
  try {
    const kept: unknown = JSON.parse(storage.getItem(storageKey) ?? 'null')
    return typeof kept === 'object' && kept !== null ? settingsOf({ ...usualSettings, ...kept }) : usualSettings
  } catch {
    return usualSettings // written by another version
  }
}

export function keepSettings(storage: Pick<Storage, 'setItem'>, settings: CurveSettings): void {
  storage.setItem(storageKey, JSON.stringify(settings))
}

function settingsOf({ axis, isLogX, smoothing, spread, dragMode, metrics: keys, logY }: CurveSettings): CurveSettings {
  return {
    axis: curveAxes.find((known) => known === axis) ?? usualSettings.axis,
    isLogX: isLogX === true,
    smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1 ? smoothing : 0,
    spread: curveSpreads.find((known) => known === spread) ?? usualSettings.spread,
    dragMode: dragMode === 'pan' ? 'pan' : 'zoom',
    metrics: metricKeysOf(Array.isArray(keys) ? keys : usualSettings.metrics),
    logY: metricKeysOf(Array.isArray(logY) ? logY : []),
  }
}

/** What may be a key of a metric, each once. */
export function metricKeysOf(keys: readonly unknown[]): string[] {
  return [...new Set(keys.filter((key): key is string => typeof key === 'string' && key !== ''))]
}
