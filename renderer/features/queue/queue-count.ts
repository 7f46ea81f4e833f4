import { onScopeDispose, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import type { EventPayload } from '../../../main/contract/events.ts'
import { useReconnection, workbench } from '../../workbench.ts'

/** How many train, wait and may be resumed, for as long as the component lives; null until it is known. */
export function useQueueCount(): Readonly<ShallowRef<EventPayload<'queue.changed'> | null>> {
  const count = shallowRef<EventPayload<'queue.changed'> | null>(null)
  const load = async (): Promise<void> => {
    try {
      const { training, waiting, resumable } = await workbench().request('queue.list', {})
      count.value = { training: training.length, waiting: waiting.length, resumable: resumable.length }
    } catch {
      // A lost connection says so by itself; the next event brings the count.
    }
  }
  void load()
  onScopeDispose(workbench().on('queue.changed', (now) => (count.value = now)))
  useReconnection(() => void load())
  return count
}
