import type { ChannelStream, DecorrelationRecord, TapReading } from '../../../main/contract/decorrelation-records.ts'

/** A data set of a record, told apart by its kind and place: its place among a record's streams may be another in the next. */
export function streamKey({ kind, index }: Pick<ChannelStream, 'kind' | 'index'>): string {
  return `${kind} ${index}`
}

/** What a record says of a feature on a data set; null where it says nothing. */
export function readingOf(record: DecorrelationRecord | null, block: number | null, stream: string): TapReading | null {
  return record?.taps.find((tap) => tap.block === block && record.streams[tap.stream] !== undefined && streamKey(record.streams[tap.stream] ?? { kind: 'training', index: 0 }) === stream) ?? null
}

/** Features that a record looks at, the deepest last; the output after all blocks. */
export function blocksOf(record: DecorrelationRecord | null): readonly (number | null)[] {
  return [...new Set(record?.taps.map(({ block }) => block))].toSorted((one, other) => (one ?? Number.POSITIVE_INFINITY) - (other ?? Number.POSITIVE_INFINITY))
}

export const tapQuantities = ['meanAbsolute', 'effectiveRank', 'dead', 'meanDeviation'] as const
export type TapQuantity = (typeof tapQuantities)[number]

/** A quantity of a feature on a data set over the steps. */
export function tapCourse(records: readonly DecorrelationRecord[], { block, stream, quantity }: { readonly block: number | null; readonly stream: string; readonly quantity: TapQuantity }): readonly (readonly [step: number, value: number])[] {
  return records.flatMap((record): (readonly [number, number])[] => {
    const reading = readingOf(record, block, stream)
    return reading === null ? [] : [[record.step, quantity === 'meanDeviation' ? meanOf(reading.deviations) : reading[quantity]]]
  })
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Quantile of a few values, by straight lines between them. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  const place = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return low + (place - Math.floor(place)) * (high - low)
}
