import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EndedItem } from '../../main/contract/queue.ts'
import { i18n } from '../i18n.ts'
import { createFakeTransport } from '../test/fake-transport.ts'
import type { FakeTransport } from '../test/fake-transport.ts'
import { runRecord } from '../test/records.ts'
import { connectWorkbench } from '../workbench.ts'
import { useNotices } from './notices.store.ts'
import { notifiesBySystem, setSystemNotices } from './system-notices.ts'

const ended = (id: string, at: number, change: Partial<EndedItem> = {}): EndedItem => ({ id, kind: 'run', name: `Run ${id}`, status: 'finished', at, error: null, ...change })
let transport: FakeTransport
let items: EndedItem[]
const shown: { title: string; body: string | undefined; tag: string | undefined }[] = []

class FakeNotification {
  static permission = 'default'
  static requestPermission() {
    FakeNotification.permission = 'granted'
    return Promise.resolve('granted')
  }
  constructor(title: string, { body, tag }: NotificationOptions) {
    shown.push({ title, body, tag })
  }
  addEventListener(): void {}
}

beforeEach(() => {
  vi.useFakeTimers({ now: 10_000 })
  localStorage.clear()
  shown.length = 0
  FakeNotification.permission = 'default'
  vi.stubGlobal('Notification', FakeNotification)
  i18n.global.locale.value = 'en'
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  items = [ended('old', 5000)]
  transport.answer('queue.ended', () => ({ items }))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function end(item: EndedItem, studyId: string | null = null): Promise<void> {
  items = [item, ...items]
  transport.tell({ name: 'run.changed', payload: { run: runRecord({ id: item.id, studyId, status: item.status }) } })
  await vi.advanceTimersByTimeAsync(400)
}
async function opened() {
  const notices = useNotices()
  notices.open()
  await flushPromises()
  await vi.advanceTimersByTimeAsync(400)
  return notices
}

describe('what finishes or fails', () => {
  it('is told once, when it happens; what ended before the window was there is not', async () => {
    const notices = await opened()
    expect(notices.toasts).toEqual([])
    expect(notices.missed).toEqual([])
    await end(ended('new', 11_000))
    expect(notices.toasts.map(({ id }) => id)).toEqual(['new'])
    transport.tell({ name: 'run.changed', payload: { run: runRecord({ id: 'new', studyId: null }) } })
    await vi.advanceTimersByTimeAsync(400)
    expect(notices.toasts).toHaveLength(1)
  })

  it('is not asked for after a run of a study: the study tells its own end', async () => {
    const notices = await opened()
    await end(ended('inner', 11_000), 'study-1')
    expect(notices.toasts).toEqual([])
  })

  it('stays a while where it finished, and until it is dismissed where it failed', async () => {
    const notices = await opened()
    await end(ended('good', 11_000))
    const bad = ended('bad', 12_000, { status: 'failed', error: { code: 'not-finite', message: 'NaN', facts: {} } })
    await end(bad)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(notices.toasts.map(({ id }) => id)).toEqual(['bad'])
    expect(notices.missed.map(({ id }) => id)).toEqual(['bad', 'good'])
    notices.dismiss(notices.toasts[0]!)
    expect(notices.toasts).toEqual([])
    expect(notices.missed.map(({ id }) => id)).toEqual(['good'])
    notices.seeAll()
    expect(notices.missed).toEqual([])
  })

  it('waits under the bell for whoever was away, also over a reload', async () => {
    await opened()
    items = [ended('later', 60_000), ...items]
    setActivePinia(createPinia())
    const again = await opened()
    expect(again.missed.map(({ id }) => id)).toEqual(['later'])
    expect(again.toasts).toEqual([])
  })

  it('is told by the system where the user wants that and the window is not in front', async () => {
    await opened()
    await end(ended('quiet', 11_000))
    expect([shown, notifiesBySystem.value]).toEqual([[], false])
    await setSystemNotices(true)
    expect(notifiesBySystem.value).toBe(true)
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(true)
    await end(ended('in front', 12_000))
    expect(shown).toEqual([])
    focus.mockReturnValue(false)
    await end(ended('loud', 13_000, { status: 'failed', error: { code: 'not-finite', message: 'NaN', facts: {} } }))
    expect(shown).toEqual([{ title: 'Run loud failed', body: 'NaN', tag: 'loupe loud 13000' }])
    await setSystemNotices(false)
    await end(ended('off', 14_000))
    expect(shown).toHaveLength(1)
  })
})
