import { onScopeDispose } from 'vue'

/** Listens to the document for as long as the component lives. */
export function useEventListener<K extends keyof DocumentEventMap>(name: K, listener: (event: DocumentEventMap[K]) => void): void {
  document.addEventListener(name, listener)
  onScopeDispose(() => document.removeEventListener(name, listener))
}
