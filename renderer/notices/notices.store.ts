import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { EndedItem } from '../../main/contract/queue.ts'
import { coalesce } from '../coalesce.ts'
import { useReconnection, workbench } from '../workbench.ts'
import { notifyBySystem } from './system-notices.ts'

const storageKey = 'loupe.noticesSeenAt'
const limit = 20
const refreshMs = 300
/** Time in which a note of something that finished stays; one of a failure stays until it is dismissed. */
const toastMs = 12_000

/** Of one end: something that is resumed ends again. */
export function noticeKey({ id, at }: EndedItem): string {
  return `${id} ${at}`
}

/** What finished or failed by itself: told when it happens, and kept for whoever was away. */
export const useNotices = defineStore('notices', () => {
  /** The latest first. */
  const items = shallowRef<readonly EndedItem[]>([])
  const toasts = shallowRef<readonly EndedItem[]>([])
  const seenAt = shallowRef(lastSeen())
  /** Dismissed one by one, after all that were seen before. */
  const dismissed = shallowRef<ReadonlySet<string>>(new Set())
  const missed = computed(() => items.value.filter((item) => item.at > seenAt.value && !dismissed.value.has(noticeKey(item))))
  let known: ReadonlySet<string> | null = null

  async function load(): Promise<void> {
    const { items: now } = await workbench().request('queue.ended', { limit })
    const before = known
    known = new Set(now.map(noticeKey))
    items.value = now
    if (before === null) return // what ended before this window was there waits under the bell
    for (const item of now.filter((one) => !before.has(noticeKey(one))).reverse()) tell(item)
  }
  function tell(item: EndedItem): void {
    toasts.value = [...toasts.value, item].slice(-4)
    notifyBySystem(item)
    if (item.status === 'finished') setTimeout(() => (toasts.value = toasts.value.filter((one) => one !== item)), toastMs)
  }
  /** Takes a note away; it was seen. */
  function dismiss(item: EndedItem): void {
    toasts.value = toasts.value.filter((one) => one !== item)
    dismissed.value = new Set([...dismissed.value, noticeKey(item)])
  }
  function seeAll(): void {
    seenAt.value = Math.max(Date.now(), ...items.value.map(({ at }) => at))
    localStorage.setItem(storageKey, String(seenAt.value))
  }

  function open(): () => void {
    const fresh = coalesce(async () => await load().catch(() => {}), refreshMs) // a lost connection says so by itself
    fresh.ask()
    const isEnd = (status: string) => status === 'finished' || status === 'failed'
    const unsubscribe = [
      workbench().on('run.changed', ({ run }) => run.studyId === null && isEnd(run.status) && fresh.ask()),
      workbench().on('study.changed', ({ status }) => isEnd(status) && fresh.ask()),
      workbench().on('annotations.changed', () => fresh.ask()),
    ]
    return () => {
      for (const end of unsubscribe) end()
      fresh.cancel()
    }
  }
  return { items, toasts, missed, load, dismiss, seeAll, open }
})

/** Keeps the notices fresh for as long as the component lives. */
export function useOpenNotices(): ReturnType<typeof useNotices> {
  const store = useNotices()
  onScopeDispose(store.open())
  useReconnection(() => void store.load().catch(() => {}))
  return store
}

/** A window that is opened for the first time has missed nothing. */
function lastSeen(): number {
  const kept = Number(localStorage.getItem(storageKey) ?? Number.NaN)
  if (Number.isFinite(kept)) return kept
  localStorage.setItem(storageKey, String(Date.now()))
  return Date.now()
}
