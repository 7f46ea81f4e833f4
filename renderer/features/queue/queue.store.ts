import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { Priority, QueueItem, QueueState } from '../../../main/contract/queue.ts'
import { coalesce } from '../../coalesce.ts'
import { useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { useRunActions } from '../runs/run-actions.store.ts'

/** Between two looks at the queue while something trains. */
const refreshMs = 1000
/** Between two looks after something moved, started or ended. */
const changeMs = 150

/** The queue as the engine has it, and what one can do with what is in it. */
export const useQueueStore = defineStore('queue', () => {
  const state = useLoadable<QueueState>()
  /** Of those that could not be resumed the first, and how many. */
  const refused = shallowRef<{ readonly count: number; readonly id: string; readonly message: string } | null>(null)
  const actions = useRunActions()
  const isPaused = computed(() => state.data?.settings.isPaused ?? false)

  const load = () => state.load(() => workbench().request('queue.list', {}))
  /** Does something and looks again; why it was refused is in `actions.error`. */
  async function act(change: () => Promise<unknown>): Promise<boolean> {
    const answer = await actions.attempt(change)
    await load()
    return answer !== null
  }

  /** Puts what waits at one place at another; it stands there at once, and the engine's answer follows. */
  async function move(from: number, to: number): Promise<void> {
    const now = state.data
    const item = now?.waiting[from]
    const target = now?.waiting[to]
    if (now === null || item === undefined || target === undefined || from === to) return
    await state.load(() => Promise.resolve({ ...now, waiting: now.waiting.toSpliced(from, 1).toSpliced(to, 0, item) }))
    await act(() => workbench().request('queue.move', to < from ? { id: item.id, before: target.id } : { id: item.id, after: target.id }))
  }
  const setPriority = (id: string, priority: Priority) => act(() => workbench().request('queue.setPriority', { id, priority }))
  const hold = ({ id, isHeld }: QueueItem) => act(() => workbench().request(isHeld ? 'queue.release' : 'queue.hold', { id }))
  const togglePause = () => act(() => workbench().request(isPaused.value ? 'queue.resume' : 'queue.pause', {}))
  const configure = (settings: { readonly startsOnOpening?: boolean; readonly sideBySide?: number }) => act(() => workbench().request('queue.configure', settings))
  const pause = (item: QueueItem) => act(() => ask('pause', item))
  const resume = (item: QueueItem) => act(() => ask('resume', item))
  /** Takes it out of the queue for good, unless that is taken back: then it waits again where it was, and goes on from its last checkpoint. */
  async function stop(item: QueueItem): Promise<void> {
    const waiting = state.data?.waiting ?? []
    const next = waiting[waiting.findIndex(({ id }) => id === item.id) + 1]
    const undo = async (): Promise<void> => {
      await ask('resume', item)
      const { waiting: now } = await workbench().request('queue.list', {})
      if (!now.some(({ id }) => id === item.id)) return void load() // it trains already
      if (item.priority !== 'normal') await workbench().request('queue.setPriority', { id: item.id, priority: item.priority })
      if (item.status === 'queued' && next !== undefined && now.some(({ id }) => id === next.id)) await workbench().request('queue.move', { id: item.id, before: next.id })
      if (item.isHeld) await workbench().request('queue.hold', { id: item.id })
      await load()
    }
    if (await act(() => ask('stop', item))) actions.tell({ what: 'stopped', count: 1, left: 0, undo })
  }
  async function resumeInterrupted(): Promise<void> {
    refused.value = null
    await act(async () => {
      const answer = await workbench().request('queue.resumeInterrupted', {})
      const [first] = answer.refused
      if (first !== undefined) refused.value = { count: answer.refused.length, id: first.id, message: first.error.message }
    })
  }

  /** Keeps the queue fresh until the returned function is called. */
  function open(): () => void {
    const soon = coalesce(load, changeMs)
    const now = coalesce(load, refreshMs)
    void load()
    const unsubscribe = [
      workbench().on('queue.changed', () => soon.ask()),
      workbench().on('run.progressed', ({ studyId }) => studyId === null && now.ask()),
      workbench().on('study.changed', () => now.ask()),
      workbench().on('annotations.changed', () => soon.ask()),
    ]
    return () => {
      for (const end of unsubscribe) end()
      soon.cancel()
      now.cancel()
    }
  }
  return { state, refused, isPaused, load, move, setPriority, hold, togglePause, configure, pause, resume, stop, resumeInterrupted, open }
})

function ask(what: 'pause' | 'resume' | 'stop', { kind, id }: QueueItem): Promise<unknown> {
  return kind === 'run' ? workbench().request(`run.${what}`, { runId: id }) : workbench().request(`study.${what}`, { studyId: id })
}

/** Keeps the queue fresh for as long as the component lives. */
export function useOpenQueue(): ReturnType<typeof useQueueStore> {
  const store = useQueueStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.load())
  return store
}
