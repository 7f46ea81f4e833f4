import type { ChannelTap } from '../../../main/contract/decorrelation-config.ts'
import type { DecorrelationRecord } from '../../../main/contract/decorrelation-records.ts'

/** The block of a feature as records tell it, counted from 1; null for the output. */
export function blockOf({ place, block }: Pick<ChannelTap, 'place' | 'block'>, depth: number): number | null {
  return place === 'output' ? null : (block ?? depth)
}

/** Live channels of a feature as a record last counted them, on training examples where it looked at those; null where it did not look. */
export function liveChannelsAt(record: DecorrelationRecord | null, block: number | null): number | null {
  const readings = record?.taps.filter((tap) => tap.block === block) ?? []
  const reading = readings.find(({ stream }) => record?.streams[stream]?.kind === 'training') ?? readings[0]
  return reading === undefined ? null : reading.channels - reading.dead
}
