import type { PolicyWarning } from '../../../contract/batch-policy.ts'
import { z } from '../../../contract/zod.ts'
import { figure, signalText } from './reasons.ts'

/** The first gap that was seen to be negative. */
export const belowIdealState = z.strictObject({ signal: z.string(), gap: z.number(), ideal: z.number() })
export type BelowIdeal = z.output<typeof belowIdealState>

/** What is told once where a gap is negative: nobody's ideal was meant to be surpassed. The gap itself is not clamped. */
export function belowIdealWarning({ signal, gap, ideal }: BelowIdeal): PolicyWarning {
  const message = `The smoothed ${signalText(signal)} is ${figure(-gap)} below its ideal value of ${figure(ideal)}, so its gap is negative. Lower idealValue.`
  return { code: 'gap-below-ideal', message, facts: { signal, gap, ideal } }
}
