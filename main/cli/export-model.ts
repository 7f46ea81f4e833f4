import { resolve } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import type { ExportFormat, ModelCard } from '../contract/model-export.ts'
import { exportModel } from '../engine/export-model.ts'
import { Preparation } from '../engine/preparation.ts'
import { realParts } from '../engine/real-parts.ts'
import type { exportChoices } from './export-choices.ts'
import { exitCodes } from './exit-code.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { findById, withReader } from './reader.ts'

export interface ExportModelCommand {
  readonly id: string
  readonly to: string
  /** Null for the first student, or the whole model of a run that does not distil. */
  readonly depth: number | null
  readonly format: (typeof exportChoices)[number]
}

/**
 * `loupe export-model RUN --to DIR`: the trained model, or a student of it, in files that load elsewhere.
 *
 * Reads the log only: it works beside a window that is open on the same workspace.
 */
export async function exportModelFiles({ output, workspace }: Invocation, { id, to, depth, format }: ExportModelCommand): Promise<number> {
  const formats: readonly ExportFormat[] = format === 'both' ? ['saved-model', 'tfjs'] : [format]
  const { path, card } = await withReader(workspace, async (reader) => {
    const found = findById(reader, id)
    if (found.kind === 'study') throw new LoupeError('invalid-input', `${id} is a study, and a model is of one run. \`loupe show ${id} --json\` lists its runs.`, { id })
    const preparation = new Preparation({ parts: realParts, workspace })
    return await exportModel({ reader, preparation, parts: realParts, runId: found.record.id, depth, formats, to: { folder: resolve(to) } })
  })
  output.result({ json: { model: { path, ...card } }, text: textOf(path, card) })
  if (card.accuracy.agrees === false) output.note('loupe: the files are not as accurate as the run logged. Were the data changed since it trained?')
  return exitCodes.done
}

function textOf(path: string, { title, run, model, accuracy, files }: ModelCard): string {
  const measured = accuracy.measured.map((one) => `${percent(one.accuracy)} (${one.format})`).join(', ')
  const logged = accuracy.logged === null ? 'not logged at this step' : percent(accuracy.logged)
  return [
    `${title}, ${model.isWhole ? 'the whole model' : `the student of ${model.depth} ${model.depth === 1 ? 'block' : 'blocks'}`} of run ${run.id} at step ${run.step}, in ${path}`,
    `Accuracy on ${accuracy.examples} ${accuracy.split} examples: ${measured}; logged: ${logged}.`,
    '',
    table(['file', 'bytes', 'SHA-256'], files.map((file) => [file.path, String(file.bytes), file.sha256])),
  ].join('\n')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
