import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { datasetConfig } from '../../../main/contract/dataset-config.ts'
import type { DatasetConfig } from '../../../main/contract/dataset-config.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { isSame } from '../../schema-form/draft.ts'
import { useReconnection, workbench } from '../../workbench.ts'

/** Data sets that come with Loupe, and the user's own. */
export const useDatasetsStore = defineStore('datasets', () => {
  const bundled = useLoadable<QueryOutput<'dataset.list'>['datasets']>()
  const own = useLoadable<QueryOutput<'dataset.known'>['datasets']>()
  const actionError = shallowRef<LoupeError | null>(null)

  const loadBundled = async () => await bundled.load(async () => (await workbench().request('dataset.list', {})).datasets)
  const loadOwn = async () => await own.load(async () => (await workbench().request('dataset.known', {})).datasets)

  async function attempt(act: () => Promise<unknown>): Promise<void> {
    actionError.value = null
    try {
      await act()
    } catch (error) {
      actionError.value = asLoupeError(error)
    }
    await loadOwn()
  }
  const keep = async (config: DatasetConfig) => await attempt(() => workbench().request('dataset.keep', { dataset: config }))
  const forget = async (config: DatasetConfig) => await attempt(() => workbench().request('dataset.forget', { dataset: config }))
  /** The kept data set that is read as this one is, whatever its split. */
  const keptAs = (config: DatasetConfig) => own.data?.find((known) => known.isKept && isSame(reading(known.config), reading(config))) ?? null

  function open(): () => void {
    void loadBundled()
    void loadOwn()
    return workbench().on('datasets.changed', () => void loadOwn())
  }
  return { bundled, own, actionError, isEmpty: computed(() => own.data?.length === 0), loadBundled, loadOwn, keep, forget, keptAs, open }
})

function reading(config: DatasetConfig): unknown {
  return datasetConfig.parse({ ...config, trainExamples: null, validationExamples: null, splitSeed: 0 })
}

export function useOpenDatasets(): ReturnType<typeof useDatasetsStore> {
  const store = useDatasetsStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.loadOwn())
  return store
}
