import type { EventKind } from '../contract/event-kinds.ts'
import type { ModelCard } from '../contract/model-export.ts'
import type { DriveContext } from './run-driver.ts'

/** Puts an export into the log of its run, so that it is known later which files came of which weights. */
export async function logExport({ gate, writer, emit }: Pick<DriveContext, 'gate' | 'writer' | 'emit'>, { path, card }: { readonly path: string; readonly card: ModelCard }): Promise<void> {
  const { run, model, accuracy, files } = card
  const formats = accuracy.measured.map(({ format }) => format)
  const event = await gate.write(() =>
    writer.appendEvent({
      studyId: writer.run(run.id).studyId,
      runId: run.id,
      level: accuracy.agrees === false ? 'warning' : 'info',
      kind: 'model.exported' satisfies EventKind,
      message: `Exported ${card.title} of step ${run.step} to ${path} (${formats.join(', ')})${accuracy.agrees === false ? '; the files are not as accurate as the run logged' : ''}.`,
      facts: { title: card.title, depth: model.depth, isWhole: model.isWhole, step: run.step, path, formats, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), split: accuracy.split, logged: accuracy.logged, measured: accuracy.measured, agrees: accuracy.agrees },
    }),
  )
  emit({ name: 'log.event', payload: { event } })
}
