import Sortable from 'sortablejs'
import { onMounted, onScopeDispose } from 'vue'
import type { Ref } from 'vue'

/**
 * Lets the children of a list be dragged to another place by their handles, for as long as the component lives.
 *
 * The library moves elements; Vue has to do that. So each move is taken back before it is told, and the list draws itself anew.
 */
export function useSortable(list: Readonly<Ref<HTMLElement | null>>, { handle, onMove }: { readonly handle: string; readonly onMove: (from: number, to: number) => void }): void {
  let sortable: Sortable | null = null
  onMounted(() => {
    if (list.value === null) return
    sortable = Sortable.create(list.value, {
      handle,
      animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150,
      // By pointer events alone: the browser's own dragging cannot be styled, and knows no touch.
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 3,
      ghostClass: 'is-ghost',
      fallbackClass: 'is-dragged',
      onEnd({ item, oldIndex, newIndex }) {
        if (oldIndex === undefined || newIndex === undefined || oldIndex === newIndex) return
        const rest = [...(list.value?.children ?? [])].filter((child) => child !== item)
        list.value?.insertBefore(item, rest[oldIndex] ?? null)
        onMove(oldIndex, newIndex)
      },
    })
  })
  onScopeDispose(() => sortable?.destroy())
}
