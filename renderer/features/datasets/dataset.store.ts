import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { datasetConfig } from '../../../main/contract/dataset-config.ts'
import type { DatasetConfig } from '../../../main/contract/dataset-config.ts'
import type { DatasetInspection, DatasetSplit } from '../../../main/contract/dataset-inspection.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { useLoadable } from '../../loadable.ts'
import { isSame, withValue } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'
import type { Issue } from '../../schema-form/form.ts'
import { workbench } from '../../workbench.ts'
import { studyFields } from '../new-study/study-fields.ts'

const PAGE = 60
const method = 'critical-batch-size' as const
/** The settings stand where a study has them, so that the same controls edit them. */
const inStudy = (dataset: unknown): Draft => ({ method, run: { dataset } })
const defaults = inStudy(datasetConfig.parse({}))

/** A data set being looked at: how it is read, what it is, and a page of its examples. */
export const useDatasetStore = defineStore('dataset', () => {
  /** What was read; null before. */
  const config = shallowRef<DatasetConfig | null>(null)
  const inspection = useLoadable<DatasetInspection>()
  const preview = useLoadable<QueryOutput<'dataset.preview'>>()
  const draft = shallowRef<Draft>(defaults)
  const unreadable = shallowRef<Readonly<Record<string, string>>>({})
  const split = shallowRef<DatasetSplit>('training')
  const classIndex = shallowRef<number | null>(null)
  const offset = shallowRef(0)

  const parsed = computed(() => datasetConfig.safeParse(datasetIn(draft.value)))
  const issues = computed<Issue[]>(() => {
    const refused = parsed.value.success ? [] : parsed.value.error.issues.map((rule) => ({ path: ['run.dataset', ...rule.path].join('.'), message: rule.message, rule }))
    return [...Object.entries(unreadable.value).map(([path, message]) => ({ path, message })), ...refused]
  })
  /** The edited settings, where they are another data set or split than the one shown. */
  const changed = computed<DatasetConfig | null>(() => (parsed.value.success && issues.value.length === 0 && !isSame(parsed.value.data, config.value) ? parsed.value.data : null))

  function set(path: string, value: unknown): void {
    draft.value = withValue(draft.value, path, value)
    unreadable.value = Object.fromEntries(Object.entries(unreadable.value).filter(([other]) => other !== path))
  }
  const markUnreadable = (path: string, message: string) => void (unreadable.value = { ...unreadable.value, [path]: message })

  /** Reads another data set, or this one with other settings. */
  async function read(next: DatasetConfig): Promise<void> {
    const isOther = config.value === null || next.name !== config.value.name || next.path !== config.value.path
    config.value = next
    draft.value = inStudy(next)
    unreadable.value = {}
    // What another reading of the same data said stays in sight until this one is there, unless it fails: then it would be mistaken for it.
    if (isOther || inspection.error !== null) inspection.clear()
    if (isOther) split.value = 'training'
    classIndex.value = null
    offset.value = 0
    preview.clear()
    await inspection.load(() => workbench().request('dataset.inspect', { dataset: next }))
    if (inspection.error === null && config.value === next) await look()
  }
  async function look(): Promise<void> {
    const dataset = config.value
    if (dataset === null) return
    await preview.load(() => workbench().request('dataset.preview', { dataset, split: split.value, classIndex: classIndex.value, offset: offset.value, limit: PAGE }))
  }
  /** Shows another split, class or page. */
  async function show(part: { readonly split?: DatasetSplit; readonly classIndex?: number | null; readonly offset?: number }): Promise<void> {
    if (part.split !== undefined) split.value = part.split
    if (part.classIndex !== undefined) classIndex.value = part.classIndex
    offset.value = part.offset ?? 0
    await look()
  }
  return { config, inspection, preview, draft, defaults, fields: studyFields[method], issues, split, classIndex, offset, page: PAGE, changed, set, markUnreadable, beginning: () => null, read, look, show }
})

function datasetIn(draft: Draft): unknown {
  const run = draft['run']
  return typeof run === 'object' && run !== null && 'dataset' in run ? run.dataset : null
}
