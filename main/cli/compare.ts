import { LoupeError } from '../contract/errors.ts'
import type { ModelComparison } from '../contract/model-comparison.ts'
import { compareModels } from '../engine/compare-models.ts'
import { Preparation } from '../engine/preparation.ts'
import { realParts } from '../engine/real-parts.ts'
import { exitCodes } from './exit-code.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { findById, withReader } from './reader.ts'

/**
 * `loupe compare RUN RUN`: how alike the features of two trained models are, block by block.
 *
 * Reads the log only: it works beside a window that is open on the same workspace.
 */
export async function compareRuns({ output, workspace }: Invocation, { runs, examples }: { readonly runs: readonly [string, string]; readonly examples: number }): Promise<number> {
  const comparison = await withReader(workspace, async (reader) => {
    const found = runs.map((id) => {
      const { kind, record } = findById(reader, id)
      if (kind === 'study') throw new LoupeError('invalid-input', `${id} is a study, and a model is of one run. \`loupe show ${id} --json\` lists its runs.`, { id })
      return record.id
    }) as [string, string] // as many as were asked for
    return await compareModels({ reader, preparation: new Preparation({ parts: realParts, workspace }), parts: realParts, runs: found, steps: [null, null], examples })
  })
  output.result({ json: { comparison }, text: textOf(comparison) })
  return exitCodes.done
}

function textOf({ models: [first, second], split, examples, similarity }: ModelComparison): string {
  return [
    `Linear CKA on ${examples} ${split} examples: 1 where two features order them alike, up to rotation and scale.`,
    `Rows: the blocks of ${first.title}, run ${first.runId} at step ${first.step}. Columns: those of ${second.title}, run ${second.runId} at step ${second.step}.`,
    '',
    table(['block', ...(similarity[0] ?? []).map((_, column) => String(column + 1))], similarity.map((row, index) => [String(index + 1), ...row.map((cka) => cka.toFixed(3))])),
  ].join('\n')
}
