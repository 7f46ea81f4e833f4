import type { Ratio, Spread } from '../../../main/contract/spread.ts'

/** What a table of arms needs to know of one. */
export interface TabledArm {
  readonly arm: string
  readonly runs: number
  readonly done: number
  readonly failed: number
}

/** A quantity over the seeds of each arm, ready for a column. */
export interface ArmColumn<Arm> {
  readonly id: string
  readonly label: string
  readonly spread: (arm: Arm) => Spread | null
  /** To the baseline; written in brackets. */
  readonly ratio?: (arm: Arm) => Ratio | null
  readonly write: (value: number) => string
  /** Writes the deviation, where that is not done as the mean is; an empty text leaves it out. */
  readonly writeDeviation?: (value: number) => string
  /** Which end is better; absent where neither is. */
  readonly best?: 'most' | 'least'
  /** What stands where there is no value. */
  readonly missing?: (arm: Arm) => string
  /** Whether a value is one to look at. */
  readonly isOff?: (arm: Arm) => boolean
}

/** The best mean of each column that has a better end, among the arms that may be compared, where not all are as good; by column. */
export function bestMeans<Arm extends TabledArm>(columns: readonly ArmColumn<Arm>[], arms: readonly Arm[]): ReadonlyMap<string, number> {
  return new Map(
    columns.flatMap((column) => {
      const means = arms.flatMap((arm) => column.spread(arm)?.mean ?? [])
      if (column.best === undefined || means.length < 2) return []
      const wanted = column.best === 'most' ? Math.max(...means) : Math.min(...means)
      return means.every((mean) => mean === wanted) ? [] : [[column.id, wanted] as const]
    }),
  )
}

/** Mean and deviation as one reads them: 0.91 ± 0.004. */
export function deviationText<Arm>({ write, writeDeviation }: Pick<ArmColumn<Arm>, 'write' | 'writeDeviation'>, { deviation }: Spread): string {
  if (deviation === null || deviation === 0) return ''
  const text = (writeDeviation ?? write)(deviation)
  return text === '' ? '' : ` ± ${text}`
}
