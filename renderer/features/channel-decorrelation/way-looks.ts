import type { DecorrelationWay } from '../../../main/methods/channel-decorrelation/config.ts'
import type { ChartColors } from '../../charts/colors.ts'

export interface WayLook {
  readonly color: string
  readonly dash?: 'dashed'
}

/** A way has its colour whatever else is shown; supervised training, which the others are held against, is drawn in ink, covariances dashed. */
export function wayLook(way: DecorrelationWay, { ink, accent, second, third, bad, muted }: ChartColors): WayLook {
  const looks: Readonly<Record<DecorrelationWay, WayLook>> = { supervised: { color: ink }, '3a': { color: second }, '3b': { color: accent }, '3c': { color: third }, decov: { color: bad, dash: 'dashed' }, vicreg: { color: muted, dash: 'dashed' } }
  return looks[way]
}
