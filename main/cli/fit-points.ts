import { readFile } from 'node:fs/promises'
import { LoupeError } from '../contract/errors.ts'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'

/** `loupe fit-points CSV`: the critical batch size of points measured elsewhere. Needs no workspace. */
export async function fitPointsFile({ output }: Invocation, { csv, confidence }: { readonly csv: string; readonly confidence: number }): Promise<number> {
  const text = await readFile(csv, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new LoupeError('not-found', `The file ${csv} cannot be read (${error.code ?? error.message}).`, { path: csv })
  })
  const { queries } = await import('../contract/queries.ts')
  const { fitPoints } = await import('../methods/critical-batch-size/fit-points.ts')
  const report = fitPoints(queries['study.fitPoints'].input.parse({ csv: text, confidence }))
  const { estimate, low, high, reason } = report.criticalBatchSize
  const rounded = (value: number | null) => (value === null ? '–' : String(Math.round(value)))
  output.result({
    json: { report },
    text: [`Critical batch size: ${estimate === null ? 'none' : `${rounded(estimate)} (${rounded(low)} to ${rounded(high)})`}`, `  ${reason}`, ...report.warnings.map((warning) => `Note: ${warning.message}`)].join('\n'),
  })
  return exitCodes.done
}
