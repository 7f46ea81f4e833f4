import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { ComposedBlock, PinSource } from '../../../main/contract/composed-report.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { changed, newBlockId, newHistory, redone, undone, withBlock, withChange, withMoved, withoutBlock } from './draft-history.ts'
import type { Draft, DraftHistory } from './draft-history.ts'

export type ShortPin = QueryOutput<'report.get'>['pins'][number]
export type Freshness = QueryOutput<'report.freshness'>['pins'][number]['state']
export type Preview = QueryOutput<'report.preview'>['blocks'][number]
export type SaveState = 'saved' | 'changed' | 'saving' | 'conflict' | 'failed'

/** Time after the last change until it is saved, and least times between two previews and two looks for newer data. */
const ms = { save: 800, preview: 200, freshness: 4000 } as const

/** The report that is open for editing: its draft saves itself, and shows as it would be exported. */
export const useReportStore = defineStore('report', () => {
  const reportId = shallowRef('')
  const loaded = useLoadable<QueryOutput<'report.get'>>()
  const history = shallowRef<DraftHistory>(newHistory({ title: '', blocks: [] }))
  const version = shallowRef(0)
  const saveState = shallowRef<SaveState>('saved')
  const saveError = shallowRef<LoupeError | null>(null)
  const actionError = shallowRef<LoupeError | null>(null)
  /** Blocks whose data are being read. */
  const busy = shallowRef<ReadonlySet<string>>(new Set())
  const pins = shallowRef<ReadonlyMap<string, ShortPin>>(new Map())
  const freshness = shallowRef<ReadonlyMap<string, Freshness>>(new Map())
  const previews = shallowRef<ReadonlyMap<string, Preview>>(new Map())
  const style = shallowRef('')
  let previewed = new Map<string, ComposedBlock>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const draft = computed<Draft>(() => history.value.now)
  const canUndo = computed(() => history.value.past.length > 0)
  const canRedo = computed(() => history.value.future.length > 0)

  function take(report: QueryOutput<'report.get'>): void {
    const { title, blocks } = report.report
    history.value = newHistory({ title, blocks })
    version.value = report.report.version
    pins.value = new Map(report.pins.map((pin) => [pin.id, pin]))
    saveState.value = 'saved'
    saveError.value = null
    previewed = new Map()
    preview.ask()
    fresh.ask()
  }
  async function load(): Promise<void> {
    clearTimeout(timer)
    const mine = reportId.value
    await loaded.load(async () => {
      const report = await workbench().request('report.get', { reportId: mine })
      if (mine === reportId.value) take(report)
      return report
    })
  }

  const preview = coalesce(async () => {
    const wanted = draft.value.blocks.filter((block) => previewed.get(block.id) !== block)
    if (wanted.length === 0) return
    const asked = new Map(wanted.map((block) => [block.id, block]))
    try {
      const answer = await workbench().request('report.preview', { reportId: reportId.value, title: '', blocks: wanted })
      style.value = answer.style
      previewed = new Map([...previewed, ...asked])
      previews.value = new Map([...previews.value, ...answer.blocks.map((block) => [block.id, block] as const)])
    } catch (thrown) {
      actionError.value = asLoupeError(thrown)
    }
  }, ms.preview)
  const fresh = coalesce(async () => {
    try {
      const answer = await workbench().request('report.freshness', { reportId: reportId.value })
      freshness.value = new Map(answer.pins.map(({ pinId, state }) => [pinId, state]))
    } catch {
      // Whether there is newer is a help; the next event asks again.
    }
  }, ms.freshness)

  function become(next: DraftHistory): void {
    history.value = next
    if (saveState.value !== 'conflict') saveState.value = 'changed'
    preview.ask()
    clearTimeout(timer)
    timer = setTimeout(() => void save(), ms.save)
  }
  /** Changes the draft. `typing` names where one types: many keys there are one step back. */
  const change = (next: Draft, typing: string | null = null) => become(changed(history.value, next, typing))
  const undo = () => become(undone(history.value))
  const redo = () => become(redone(history.value))

  /** Saves what was changed, unless another window has saved since: that is for the user to decide. */
  async function save(): Promise<boolean> {
    clearTimeout(timer)
    if (saveState.value === 'saving' || saveState.value === 'conflict') return false
    if (saveState.value === 'saved') return true
    return await saveAs({ reportId: reportId.value, version: version.value })
  }
  async function saveAs(target: { readonly reportId: string; readonly version: number }): Promise<boolean> {
    const saved = draft.value
    saveState.value = 'saving'
    try {
      const report = await workbench().request('report.save', { ...target, title: saved.title, blocks: [...saved.blocks] })
      // Another report may be open by now: what comes back is not about it.
      if (target.reportId !== reportId.value) return true
      version.value = report.version
      saveError.value = null
      saveState.value = draft.value === saved ? 'saved' : 'changed'
      if (saveState.value === 'changed') timer = setTimeout(() => void save(), ms.save)
      return true
    } catch (thrown) {
      if (target.reportId !== reportId.value) return false
      saveError.value = asLoupeError(thrown)
      saveState.value = saveError.value.code === 'conflict' && typeof saveError.value.facts['newest'] === 'number' ? 'conflict' : 'failed'
      return false
    }
  }
  /** After a conflict: saves this draft in the place of what another window has saved. */
  async function keepMine(): Promise<void> {
    const newest = saveError.value?.facts['newest']
    if (typeof newest === 'number') await saveAs({ reportId: reportId.value, version: newest })
  }
  /** After a conflict: saves this draft as another report, with the same data. @returns Its id; null where it was refused. */
  async function keepBoth(title: string): Promise<string | null> {
    const copy = await attempt(() => workbench().request('report.copy', { reportId: reportId.value, title, blocks: [...draft.value.blocks] }))
    if (copy !== null) saveState.value = 'saved'
    return copy?.reportId ?? null
  }
  async function attempt<T>(act: () => Promise<T>): Promise<T | null> {
    actionError.value = null
    try {
      return await act()
    } catch (thrown) {
      actionError.value = asLoupeError(thrown)
      return null
    }
  }

  function insertText(at: number, markdown = ''): string {
    const id = newBlockId()
    change(withBlock(draft.value, { id, kind: 'text', markdown }, at))
    return id
  }
  /** Reads the data of a source now and puts them into the report. @returns Whether that went well. */
  async function insertData(source: PinSource, at: number): Promise<boolean> {
    const mine = reportId.value
    const pin = await readPin(source, 'new')
    if (mine !== reportId.value) return false
    if (pin !== null) change(withBlock(draft.value, { id: newBlockId(), kind: 'data', source, caption: '', pinId: pin }, at))
    return pin !== null
  }
  /** Reads the data of a block anew, from the same source or another. */
  async function pinAgain(id: string, source?: PinSource): Promise<boolean> {
    const block = draft.value.blocks.find((one) => one.id === id)
    if (block?.kind !== 'data') return false
    const pin = await readPin(source ?? block.source, id)
    if (pin !== null) change(withChange(draft.value, id, (before) => (before.kind === 'data' ? { ...before, source: source ?? before.source, pinId: pin } : before)))
    return pin !== null
  }
  async function readPin(source: PinSource, place: string): Promise<string | null> {
    busy.value = new Set([...busy.value, place])
    const answer = await attempt(() => workbench().request('report.pin', { reportId: reportId.value, source }))
    busy.value = new Set([...busy.value].filter((id) => id !== place))
    if (answer === null) return null
    const { pin } = answer
    pins.value = new Map([...pins.value, [pin.id, { id: pin.id, reportId: pin.reportId, at: pin.at, loupe: pin.loupe, source: pin.source, runs: pin.runs.length, fingerprint: pin.fingerprint }]])
    freshness.value = new Map([...freshness.value, [pin.id, 'same']])
    return pin.id
  }
  function duplicate(id: string): void {
    const at = draft.value.blocks.findIndex((block) => block.id === id)
    const block = draft.value.blocks[at]
    if (block !== undefined) change(withBlock(draft.value, { ...block, id: newBlockId() }, at + 1))
  }
  const remove = (id: string) => change(withoutBlock(draft.value, id))
  const move = (id: string, to: number) => change(withMoved(draft.value, id, to))
  const write = (id: string, markdown: string) => change(withChange(draft.value, id, (block) => (block.kind === 'text' ? { ...block, markdown } : block)), id)
  const caption = (id: string, words: string) => change(withChange(draft.value, id, (block) => (block.kind === 'data' ? { ...block, caption: words } : block)), `${id} caption`)
  const rename = (title: string) => change({ ...draft.value, title }, 'title')

  function open(id: string): () => void {
    reportId.value = id
    loaded.clear()
    previews.value = new Map()
    actionError.value = null
    void load()
    const unsubscribe = [
      workbench().on('reports.changed', (payload) => {
        // Ours comes back to us as well; what another window saved is taken over where nothing would be lost.
        if (payload.reportId === id && payload.version !== version.value && saveState.value === 'saved') void load()
      }),
      workbench().on('run.changed', () => fresh.ask()),
      workbench().on('study.changed', () => fresh.ask()),
      workbench().on('metrics.appended', () => fresh.ask()),
      workbench().on('annotations.changed', () => fresh.ask()),
    ]
    return () => {
      for (const end of unsubscribe) end()
      void save()
      preview.cancel()
      fresh.cancel()
    }
  }
  return { reportId, loaded, draft, version, saveState, saveError, actionError, busy, pins, freshness, previews, style, canUndo, canRedo, load, save, keepMine, keepBoth, undo, redo, insertText, insertData, pinAgain, duplicate, remove, move, write, caption, rename, attempt, open }
})

export function useOpenReport(reportId: string): ReturnType<typeof useReportStore> {
  const store = useReportStore()
  onScopeDispose(store.open(reportId))
  useReconnection(() => void (store.saveState === 'saved' ? store.load() : store.save()))
  return store
}
