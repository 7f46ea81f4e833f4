import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toWireError } from '../contract/errors.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import type { RunRecord } from '../contract/records.ts'
import { workspacePaths } from '../log/workspace.ts'
import type { HostArrays } from '../tensorflow/runtime.ts'
import { writeNpz } from '../training/datasets/write-npz.ts'
import type { TrainingObserver } from '../training/trainer.ts'
import type { DriveContext } from './run-driver.ts'
import { throttle } from './throttle.ts'

const GRADIENTS_MS = 300

type Note = (event: { readonly kind: EventKind; readonly level: 'info' | 'warning'; readonly message: string; readonly facts: Readonly<Record<string, unknown>> }) => void

/** Logs what a run tells of its exchanged gradients, and saves them where they were asked for. */
export function observeExchange(options: { readonly context: Pick<DriveContext, 'writer' | 'gate' | 'emit' | 'workspace'>; readonly run: RunRecord; readonly note: Note }): {
  readonly observer: Required<Pick<TrainingObserver, 'onGradients' | 'onSnapshot'>>
  /** Resolves when everything is told and saved. */
  end(): Promise<void>
} {
  const { context, run, note } = options
  const { writer, gate, emit } = context
  const appended = throttle(GRADIENTS_MS, (step: number) => {
    void gate
      .write(() => writer.publish())
      .then(() => emit({ name: 'gradients.appended', payload: { runId: run.id, step } }))
      .catch(process.emitWarning)
  })
  let saving = Promise.resolve()
  return {
    observer: {
      onGradients(records) {
        const step = records.at(-1)?.step
        if (step === undefined) return
        writer.appendGradients(run.id, records)
        appended.call(step)
      },
      onSnapshot(arrays, step) {
        saving = saving.then(() => saveSnapshot({ workspace: context.workspace, run, arrays, step, note }))
      },
    },
    async end() {
      appended.flush()
      await saving
    },
  }
}

/** Whole or not at all: under a temporary name first. A disk that does not take it costs the snapshot, never the run. */
async function saveSnapshot(options: { readonly workspace: string; readonly run: RunRecord; readonly arrays: HostArrays; readonly step: number; readonly note: Note }): Promise<void> {
  const { workspace, run, arrays, step, note } = options
  const exchanged = run.config.exchange?.target === 'weight-delta' ? 'weight deltas' : 'gradients'
  const folder = workspacePaths(workspace).snapshots
  const path = join(folder, `${run.id}-step-${step}.npz`)
  const partial = `${path}.partial`
  try {
    const bytes = writeNpz(arrays)
    await mkdir(folder, { recursive: true })
    await writeFile(partial, bytes)
    await rename(partial, path)
    note({ kind: 'gradients.saved', level: 'info', message: `Saved the ${exchanged} of all workers at step ${step} to ${path}.`, facts: { step, path, bytes: bytes.length, arrays: Object.keys(arrays).length } })
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {}) // what could not be written may not be removable either
    const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    const { code, message } = toWireError(error)
    note({ kind: 'gradients.not-saved', level: 'warning', message: `The ${exchanged} of step ${step} could not be saved to ${path}: ${message}. Ask again once the folder can be written to.`, facts: { step, path, code: isFull ? 'disk-full' : code, reason: message } })
  }
}
