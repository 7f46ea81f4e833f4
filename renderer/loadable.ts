import { shallowReactive } from 'vue'
import { LoupeError } from '../main/contract/errors.ts'

/** Something asked for: not there yet, failed, or there (with a failure beside it when a refresh went wrong). Shallow: what arrives is never made reactive inside. */
export interface Loadable<T> {
  readonly data: T | null
  readonly error: LoupeError | null
  readonly isLoading: boolean
  /** Asks. An answer that a later question has overtaken is dropped. */
  readonly load: (ask: () => Promise<T>) => Promise<void>
  readonly clear: () => void
  /** Drops an answer that is on its way; what is there stays. */
  readonly drop: () => void
}

/** Holds the faces of something asked for. The last value stays while a newer one is fetched. */
export function useLoadable<T>(): Loadable<T> {
  let latest = 0
  const state: { data: T | null; error: LoupeError | null; isLoading: boolean; load: Loadable<T>['load']; clear: () => void; drop: () => void } = shallowReactive({
    data: null,
    error: null,
    isLoading: false,
    async load(ask) {
      latest += 1
      const mine = latest
      state.isLoading = true
      try {
        const answer = await ask()
        if (mine !== latest) return
        state.data = answer
        state.error = null
      } catch (thrown) {
        if (mine === latest) state.error = asLoupeError(thrown)
      } finally {
        if (mine === latest) state.isLoading = false
      }
    },
    clear() {
      state.drop()
      state.data = null
      state.error = null
    },
    drop() {
      latest += 1
      state.isLoading = false
    },
  })
  return state
}

/** What was thrown as the one error that the window knows how to show. */
export function asLoupeError(thrown: unknown): LoupeError {
  if (thrown instanceof LoupeError) return thrown
  return new LoupeError('internal', thrown instanceof Error ? thrown.message : String(thrown))
}
