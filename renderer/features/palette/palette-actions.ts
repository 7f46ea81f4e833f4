import { onScopeDispose, shallowRef } from 'vue'

/** Something that the palette offers. */
export interface PaletteAction {
  /** Unlike those of all others. */
  readonly id: string
  readonly group: PaletteGroup
  readonly label: () => string
  /** What tells it from others of the same name, such as a date. */
  readonly detail?: () => string
  /** Keys that do the same. */
  readonly keys?: readonly string[]
  readonly run: () => void
}

export const paletteGroups = ['page', 'prepare', 'here', 'study', 'run', 'window', 'help'] as const
export type PaletteGroup = (typeof paletteGroups)[number]

const added = shallowRef<readonly PaletteAction[]>([])

/** Everything that parts of the window have to offer now. */
export const paletteActions = added

/** Offers actions in the palette for as long as the component lives. */
export function usePaletteActions(actions: readonly PaletteAction[]): void {
  added.value = [...added.value, ...actions]
  onScopeDispose(() => {
    added.value = added.value.filter((action) => !actions.includes(action))
  })
}
