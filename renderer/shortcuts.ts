import { onScopeDispose, shallowRef } from 'vue'

export interface Shortcut {
  /** One key, or two pressed one after the other. */
  readonly keys: readonly string[]
  readonly label: () => string
  readonly run: () => void
}

/** Time in which the second key of a pair must follow. */
const pairMs = 900

/** What the help dialog lists: the shortcuts of the window and of the open page. */
export const shortcuts = shallowRef<readonly Shortcut[]>([])

let firstKey: { key: string; at: number } | null = null

/** Adds shortcuts for as long as the component lives. They never fire while text is being typed or a dialog is open. */
export function useShortcuts(added: readonly Shortcut[]): void {
  shortcuts.value = [...shortcuts.value, ...added]
  onScopeDispose(() => {
    shortcuts.value = shortcuts.value.filter((shortcut) => !added.includes(shortcut))
  })
}

/** Finds the shortcut that a key completes. Pairs go before single keys. */
export function matchShortcut(known: readonly Shortcut[], before: string | null, key: string): Shortcut | null {
  const pair = known.find((shortcut) => shortcut.keys.length === 2 && shortcut.keys[0] === before && shortcut.keys[1] === key)
  return pair ?? known.find((shortcut) => shortcut.keys.length === 1 && shortcut.keys[0] === key) ?? null
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return
  const before = firstKey && event.timeStamp - firstKey.at < pairMs ? firstKey.key : null
  const found = matchShortcut(shortcuts.value, before, event.key)
  firstKey = found ? null : { key: event.key, at: event.timeStamp }
  if (!found) return
  event.preventDefault()
  found.run()
})

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}
