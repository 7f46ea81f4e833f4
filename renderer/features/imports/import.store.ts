import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { EventPayload } from '../../../main/contract/events.ts'
import type { ImportPreview, ImportResult, ImportTool } from '../../../main/contract/run-import.ts'
import { asLoupeError } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'
import { tagsFrom } from '../runs/tags-from.ts'

/** An import from the place to the result. It goes on while its dialog is closed. */
export const useImportStore = defineStore('import', () => {
  const path = shallowRef('')
  /** Null to go by what is there. */
  const from = shallowRef<ImportTool | null>(null)
  const tags = shallowRef('')
  const working = shallowRef<'looking' | 'importing' | null>(null)
  const progress = shallowRef<EventPayload<'import.progressed'> | null>(null)
  const preview = shallowRef<ImportPreview | null>(null)
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  const result = shallowRef<ImportResult | null>(null)
  const isUndone = shallowRef(false)
  const error = shallowRef<LoupeError | null>(null)
  const added = computed(() => (result.value?.runs ?? []).filter(({ outcome }) => outcome === 'added').map(({ runId }) => runId))

  async function work<T>(what: 'looking' | 'importing', ask: () => Promise<T>): Promise<T | null> {
    working.value = what
    error.value = null
    progress.value = null
    const end = workbench().on('import.progressed', (now) => (progress.value = now))
    try {
      return await ask()
    } catch (thrown) {
      const refusal = asLoupeError(thrown)
      if (refusal.code !== 'interrupted') error.value = refusal // whoever stopped it knows
      return null
    } finally {
      end()
      working.value = null
    }
  }
  /** Asks what an import would do, and chooses what is new here or has changed. */
  async function look(): Promise<void> {
    preview.value = null
    result.value = null
    const found = await work('looking', () => workbench().request('run.previewImport', { path: path.value, from: from.value }))
    preview.value = found
    chosen.value = new Set((found?.runs ?? []).filter(({ state }) => state === 'new' || state === 'changed').map(({ sourceId }) => sourceId))
  }
  async function bringIn(): Promise<void> {
    const seen = preview.value
    if (seen === null) return
    isUndone.value = false
    const only = chosen.value.size === seen.runs.length ? null : [...chosen.value]
    result.value = await work('importing', () => workbench().request('run.import', { path: seen.path, from: seen.tool, only, tags: tagsFrom(tags.value) }))
    if (result.value !== null) preview.value = null
  }
  function choose(ids: readonly string[], isChosen: boolean): void {
    const next = new Set(chosen.value)
    for (const id of ids) {
      if (isChosen) next.add(id)
      else next.delete(id)
    }
    chosen.value = next
  }
  async function stop(): Promise<void> {
    await workbench().request('run.stopImport', {})
  }
  /** Moves what came in new to the trash. */
  async function undo(): Promise<void> {
    error.value = null
    try {
      await workbench().request('trash.put', { runIds: added.value })
      isUndone.value = true
    } catch (thrown) {
      error.value = asLoupeError(thrown)
    }
  }
  /** Ready for another place. */
  function begin(): void {
    preview.value = null
    result.value = null
    error.value = null
  }
  return { path, from, tags, working, progress, preview, chosen, result, added, isUndone, error, look, bringIn, choose, stop, undo, begin }
})
