import { onScopeDispose, shallowReactive, watch } from 'vue'
import { importance } from '../../../../main/compare/settings/importance.ts'
import type { Importance, ImportanceQuestion, NoImportance } from '../../../../main/compare/settings/importance.ts'

export interface ImportanceState {
  readonly result: Importance | NoImportance | null
  /** Share of the work that is done; null while there is none. */
  readonly progress: number | null
}

/** Longest stretch of work between two rests, so that the window keeps answering. */
const sliceMs = 12

/** Computes importance whenever the question is another; work on an old question ends. */
export function useImportance(question: () => ImportanceQuestion | null): ImportanceState {
  const state: { result: Importance | NoImportance | null; progress: number | null } = shallowReactive({ result: null, progress: null })
  let latest = 0
  watch(
    question,
    async (asked) => {
      latest += 1
      const mine = latest
      state.progress = asked === null ? null : 0
      if (asked === null) {
        state.result = null
        return
      }
      const result = await inRests(asked, { isOver: () => mine !== latest, onProgress: (share) => (state.progress = share) })
      if (mine !== latest) return
      state.result = result
      state.progress = null
    },
    { immediate: true },
  )
  onScopeDispose(() => (latest += 1))
  return state
}

async function inRests(question: ImportanceQuestion, { isOver, onProgress }: { readonly isOver: () => boolean; readonly onProgress: (share: number) => void }): Promise<Importance | NoImportance | null> {
  const work = importance(question)
  let began = performance.now()
  while (!isOver()) {
    const { done, value } = work.next()
    if (done === true) return value
    if (performance.now() - began < sliceMs) continue
    onProgress(value)
    await new Promise((resolve) => setTimeout(resolve))
    began = performance.now()
  }
  return null
}
