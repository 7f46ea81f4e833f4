import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import type { StepFeed } from '../training-step.ts'
import { medianStepMs } from '../trial-steps.ts'
import type { ExchangeCall } from './exchange-call.ts'
import { variantAt } from './step-variant.ts'

/** Steps that cost alike. */
export interface KindOfStep {
  /** One of them. */
  readonly step: number
  /** Of all steps once compression has begun, from 0 to 1. */
  readonly share: number
}

/** Steps that are looked through for kinds. */
const LOOKED_AT = 10_000
/** Share below which a kind is left out: its trace takes longer than it tells. */
const RARE = 0.01

/**
 * The kinds of steps that a run makes once compression has begun: those that fit and those that do not, those that sum a window up and those
 * that send it, those that workers take by themselves and those that exchange weight deltas, those that log histograms where that is often.
 */
export function kindsOfSteps(exchange: ExchangeConfig): readonly KindOfStep[] {
  const isOftenLogged = exchange.logEvery * RARE < 1
  const kinds = new Map<string, { step: number; isTypical: boolean; count: number }>()
  for (let step = exchange.startStep; step < exchange.startStep + LOOKED_AT; step++) {
    const { sending, fits, records } = variantAt(exchange, { step, lastStep: Infinity, snapshot: false })
    const key = JSON.stringify([sending, fits, records && isOftenLogged])
    const isTypical = isOftenLogged || !records
    const known = kinds.get(key)
    if (known === undefined) kinds.set(key, { step, isTypical, count: 1 })
    else kinds.set(key, { ...(isTypical && !known.isTypical ? { step, isTypical } : known), count: known.count + 1 })
  }
  const counted = [...kinds.values()].filter(({ count }) => count >= RARE * LOOKED_AT)
  const all = counted.reduce((sum, { count }) => sum + count, 0)
  return counted.map(({ step, count }) => ({ step, share: count / all }))
}

/** Times a few steps of each kind and takes the mean by their shares, at the ratio that holds after a warm-up. The call belongs to no run meanwhile. */
export async function measureExchange({ call, exchange, feed, trainExamples }: { readonly call: ExchangeCall; readonly exchange: ExchangeConfig; readonly feed: StepFeed; readonly trainExamples: number }): Promise<number> {
  let ms = 0
  for (const { step, share } of kindsOfSteps(exchange)) {
    call.begin({ place: () => ({ step, position: exchange.warmupRatios.length * trainExamples }), lastStep: Infinity, onRecords: () => {}, takeSnapshotRequest: () => false, onSnapshot: () => {} })
    await call.run(feed) // the first run of a trace is slow
    ms += share * (await medianStepMs(call, feed))
  }
  return ms
}
