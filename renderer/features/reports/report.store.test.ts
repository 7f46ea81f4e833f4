import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ComposedReport, PinSource } from '../../../main/contract/composed-report.ts'
import { LoupeError } from '../../../main/contract/errors.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useReportStore } from './report.store.ts'

const id = 'report-0001'
const source: PinSource = { kind: 'study', studyId: 'study-0001' }
let transport: FakeTransport
/** The log, as far as this test has one. */
let kept: ComposedReport
let close: () => void = () => {}

const askedFor = (name: string) => transport.asked.filter((one) => one.name === name)
const opened = async () => {
  const store = useReportStore()
  close = store.open(id)
  await flushPromises()
  return store
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  kept = { id, title: 'Mine', blocks: [{ id: 'a', kind: 'text', markdown: 'One' }], version: 3, createdAt: 1, updatedAt: 2, trashedAt: null }
  transport.answer('report.get', () => ({ report: kept, pins: [] }))
  transport.answer('report.freshness', () => ({ pins: [] }))
  transport.answer('report.preview', ({ blocks }) => ({ style: 's', provenance: '', blocks: blocks.map((block) => ({ id: block.id, html: block.kind === 'text' ? `<p>${block.markdown}</p>` : '', problems: [] })) }))
  transport.answer('report.save', ({ reportId, version, title, blocks }) => {
    if (reportId !== null && version !== kept.version) throw new LoupeError('conflict', 'Saved elsewhere.', { newest: kept.version, updatedAt: 9 })
    const saved = { ...kept, id: reportId ?? 'report-0002', title, blocks: blocks as ComposedReport['blocks'], version: reportId === null ? 1 : kept.version + 1 } // already parsed in this test
    if (reportId !== null) kept = saved
    return saved
  })
  transport.answer('report.copy', () => ({ reportId: 'report-0002' }))
  transport.answer('report.pin', ({ reportId }) => ({ pin: { id: 'pin-000007', reportId, at: 5, loupe: '0.1.0', source, blocks: [], runs: [], fingerprint: 'f' } }))
})
afterEach(() => {
  close()
  vi.useRealTimers()
})

describe('the report that is open', () => {
  it('saves itself a moment after the last key, once, and shows what was written', async () => {
    const store = await opened()
    for (const text of ['O', 'On', 'One more']) store.write('a', text)
    expect(store.saveState).toBe('changed')
    await vi.advanceTimersByTimeAsync(1500)
    expect(store.saveState).toBe('saved')
    expect(askedFor('report.save')).toHaveLength(1)
    expect([kept.version, kept.blocks[0]]).toEqual([4, { id: 'a', kind: 'text', markdown: 'One more' }])
    expect(store.previews.get('a')?.html).toBe('<p>One more</p>')
  })

  it('asks to preview only what was changed', async () => {
    const store = await opened()
    store.insertText(1, 'Two')
    await vi.advanceTimersByTimeAsync(1000)
    const asked = askedFor('report.preview').map(({ input }) => (input as { blocks: unknown[] }).blocks.length) // as the contract has it
    expect(asked).toEqual([1, 1])
  })

  it('leaves a conflict to the user: the draft stays, and may replace the other, be dropped, or become another report', async () => {
    const store = await opened()
    kept = { ...kept, version: 8, title: 'Theirs' }
    store.rename('Ours')
    await vi.advanceTimersByTimeAsync(1500)
    expect([store.saveState, store.draft.title, kept.title]).toEqual(['conflict', 'Ours', 'Theirs'])
    store.write('a', 'More')
    await vi.advanceTimersByTimeAsync(3000)
    expect(askedFor('report.save')).toHaveLength(1)

    await store.keepMine()
    expect([store.saveState, kept.version, kept.title]).toEqual(['saved', 9, 'Ours'])

    kept = { ...kept, version: 20, title: 'Theirs again' }
    store.rename('Ours again')
    await vi.advanceTimersByTimeAsync(1500)
    await store.load()
    expect([store.saveState, store.draft.title]).toEqual(['saved', 'Theirs again'])

    kept = { ...kept, version: 30 }
    store.rename('Ours a third time')
    await vi.advanceTimersByTimeAsync(1500)
    expect(await store.keepBoth('Ours (copy)')).toBe('report-0002')
    expect(askedFor('report.copy')[0]?.input).toEqual({ reportId: id, title: 'Ours (copy)', blocks: kept.blocks })
  })

  it('takes over what another window saved while nothing is changed here', async () => {
    const store = await opened()
    kept = { ...kept, version: 4, title: 'Theirs' }
    transport.tell({ name: 'reports.changed', payload: { reportId: id, version: 4 } })
    await flushPromises()
    expect(store.draft.title).toBe('Theirs')
  })

  it('pins data when a part is put in, keeps them when it is duplicated, and takes a deletion back', async () => {
    const store = await opened()
    expect(await store.insertData(source, 1)).toBe(true)
    const [, data] = store.draft.blocks
    expect(data).toMatchObject({ kind: 'data', source, pinId: 'pin-000007' })
    expect(store.freshness.get('pin-000007')).toBe('same')
    store.duplicate(data?.id ?? '')
    expect(store.draft.blocks.map((block) => (block.kind === 'data' ? block.pinId : block.kind))).toEqual(['text', 'pin-000007', 'pin-000007'])
    store.remove('a')
    store.undo()
    expect(store.draft.blocks[0]?.id).toBe('a')
  })

  it('is not touched by what comes back of another that was open before', async () => {
    const store = await opened()
    let answer: () => void = () => {}
    transport.answer('report.save', ({ title }) => new Promise((resolve) => (answer = () => resolve({ ...kept, title, version: 77 }))))
    store.rename('Changed')
    close()
    transport.answer('report.get', () => ({ report: { ...kept, id: 'report-0002', title: 'Another', version: 5 }, pins: [] }))
    close = store.open('report-0002')
    await flushPromises()
    answer()
    await flushPromises()
    expect([store.draft.title, store.version, store.saveState]).toEqual(['Another', 5, 'saved'])
  })

  it('says why data cannot be read, and leaves the report as it is', async () => {
    transport.answer('report.pin', () => {
      throw new LoupeError('invalid-input', 'No run fits.')
    })
    const store = await opened()
    expect(await store.insertData(source, 0)).toBe(false)
    expect([store.actionError?.message, store.draft.blocks.length, store.busy.size]).toEqual(['No run fits.', 1, 0])
  })
})
