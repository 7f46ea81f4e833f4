import type { Spread } from '../contract/spread.ts'

/** Numbers as people read them: grouped from 10 000 on, three digits below 100; a dash for what is not known. */
export function count(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–'
  const rounded = Math.abs(value) < 10 && !Number.isInteger(value) ? Number(value.toPrecision(2)) : Math.round(value)
  return Math.abs(rounded) < 10_000 ? String(rounded) : String(rounded).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** A share as whole percent. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}

/** A time, in minutes below an hour. */
export function hours(value: number): string {
  return value < 1 ? `${(value * 60).toFixed(1)} min` : `${value.toFixed(2)} h`
}

/** An amount in the unit of the study's hourly rate, which has no currency. */
export function money(value: number): string {
  return value.toFixed(2)
}

/** A moment to the minute, in UTC, so that two readers in two places read the same. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** An interval with its confidence, open where a side is not bounded. */
export function interval(options: { readonly low: number | null; readonly high: number | null; readonly confidence: number }): string {
  const { low, high } = options
  const share = `${percent(options.confidence)} interval`
  if (low !== null && high !== null) return `${share} ${count(low)} to ${count(high)}`
  if (low === null && high === null) return `${share} not bounded`
  return low === null ? `${share} up to ${count(high)}` : `${share} from ${count(low)}`
}

/** What b* saves against the batch size in use, as a sentence. */
export function savingSentence(saving: { readonly currentBatchSize: number; readonly examplesShare: number | null; readonly timeShare: number | null }): string {
  const { currentBatchSize, examplesShare, timeShare } = saving
  if (examplesShare === null) return `The saving against the current batch size ${currentBatchSize} is not known.`
  const time = timeShare === null ? '' : `, ${percent(Math.abs(timeShare))} ${timeShare < 0 ? 'more' : 'less'} training time`
  return `b* against the current batch size ${currentBatchSize}: ${percent(Math.abs(examplesShare))} ${examplesShare < 0 ? 'more' : 'fewer'} examples${time}.`
}

/** Mean and deviation over seeds; a dash for what is not known. */
export function meanOf(spread: Spread | null): string {
  if (spread === null) return '–'
  return spread.deviation === null ? count(spread.mean) : `${count(spread.mean)} ± ${count(spread.deviation)}`
}

/** The same of a share. */
export function meanInPercent(spread: Spread | null): string {
  if (spread === null) return '–'
  return `${(spread.mean * 100).toFixed(1)}${spread.deviation === null ? '' : ` ± ${(spread.deviation * 100).toFixed(1)}`} %`
}

/** A difference of shares in percentage points with its sign, and its interval where there is one. */
export function inPoints(gain: Spread | null): string {
  if (gain === null) return '–'
  const points = (share: number) => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)}`
  return gain.low === null || gain.high === null ? points(gain.mean) : `${points(gain.mean)} (${points(gain.low)} to ${points(gain.high)})`
}

/** How many runs of a way are done, and how many failed where some have. */
export function doneOf({ done, failed }: { readonly done: number; readonly failed: number }): string {
  return `${done}${failed === 0 ? '' : `, ${failed} failed`}`
}
