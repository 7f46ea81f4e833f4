import type { Formats } from '../../../format.ts'

/** A value beside a tick, as short as it is exact: 1e-4, 0.002. */
export function tickText(value: number, formats: Formats): string {
  return formats.significant(value, 2).replace('.0e', 'e')
}
