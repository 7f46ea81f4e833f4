import type { ChartColors } from '../../../charts/colors.ts'
import type { FamilyName } from '../unit-fits.ts'

export interface Look {
  readonly color: string
  readonly dash: 'solid' | 'dashed' | 'dotted'
}

/** Colour and dash of each family, the same in every chart, so that they are told apart without colour too. */
export function familyLook(family: FamilyName, colors: ChartColors): Look {
  const looks: Readonly<Record<FamilyName, Look>> = {
    normal: { color: colors.second, dash: 'solid' },
    laplace: { color: colors.accent, dash: 'solid' },
    cauchy: { color: colors.third, dash: 'dashed' },
    'student-t': { color: colors.ink, dash: 'dotted' },
  }
  return looks[family]
}
