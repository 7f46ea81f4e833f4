import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Annotation, AnnotationChange, RunRow } from '../../../main/contract/annotations.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { asLoupeError } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'

/** What was just done, and how to take it back. */
export interface Done {
  readonly what: 'changed' | 'archived' | 'unarchived' | 'trashed' | 'restored' | 'viewDeleted' | 'stopped'
  readonly count: number
  /** Runs of studies that were left where they are. */
  readonly left: number
  readonly undo: () => Promise<void>
}

/** Time in which something done can be taken back from the note about it. */
const undoMs = 12_000

/** Runs that are chosen, and what is done to runs and studies: all but purging can be taken back. */
export const useRunActions = defineStore('run-actions', () => {
  const chosen = shallowRef<ReadonlyMap<string, RunRow>>(new Map())
  const done = shallowRef<Done | null>(null)
  const error = shallowRef<LoupeError | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function attempt<T>(act: () => Promise<T>): Promise<T | null> {
    error.value = null
    try {
      return await act()
    } catch (thrown) {
      error.value = asLoupeError(thrown)
      return null
    }
  }
  function tell(note: Done): void {
    done.value = note
    clearTimeout(timer)
    timer = setTimeout(() => (done.value = null), undoMs)
  }
  async function undo(): Promise<void> {
    const note = done.value
    done.value = null
    if (note !== null) await attempt(note.undo)
  }

  function choose(rows: readonly RunRow[], isChosen: boolean): void {
    const next = new Map(chosen.value)
    for (const row of rows) {
      if (isChosen) next.set(row.id, row)
      else next.delete(row.id)
    }
    chosen.value = next
  }
  async function annotate(kind: 'run' | 'study', changes: readonly AnnotationChange[], what: Done['what'] = 'changed'): Promise<void> {
    if (changes.length === 0) return
    const name = kind === 'run' ? 'run.annotate' : 'study.annotate'
    const answer = await attempt(() => workbench().request(name, { changes: [...changes] }))
    if (answer === null) return
    tell({ what, count: changes.length, left: 0, undo: async () => void (await workbench().request(name, { changes: answer.before.map(asChange) })) })
  }
  /** Moves single runs and whole studies to the trash. Runs of studies stay: a study's report is made of all of its runs. */
  async function trash(rows: readonly RunRow[], studyIds: readonly string[] = []): Promise<void> {
    const runIds = rows.filter(({ studyId }) => studyId === null).map(({ id }) => id)
    const what = { runIds, studyIds: [...studyIds] }
    const count = runIds.length + studyIds.length
    const left = rows.length - runIds.length
    if (count > 0 && (await attempt(() => workbench().request('trash.put', what))) === null) return
    choose(rows.filter(({ studyId }) => studyId === null), false)
    tell({ what: 'trashed', count, left, undo: async () => void (count > 0 && (await workbench().request('trash.restore', what))) })
  }
  async function restore(what: { readonly runIds: string[]; readonly studyIds: string[] }): Promise<void> {
    if ((await attempt(() => workbench().request('trash.restore', what))) === null) return
    tell({ what: 'restored', count: what.runIds.length + what.studyIds.length, left: 0, undo: async () => void (await workbench().request('trash.put', what)) })
  }
  /** Trains a run once more from its record. @returns Its id; null where it was refused. */
  async function rerun(runId: string): Promise<string | null> {
    const answer = await attempt(async () => {
      const { run } = await workbench().request('run.get', { runId })
      return await workbench().request('run.start', { config: { ...run.config, name: run.name || run.key } })
    })
    return answer?.runId ?? null
  }
  return { chosen, done, error, attempt, tell, undo, choose, annotate, trash, restore, rerun }
})

function asChange({ id, name, note, tags, isStarred, isArchived }: Annotation): AnnotationChange {
  return { id, name, note, tags, isStarred, isArchived }
}
