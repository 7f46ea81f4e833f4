import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ComposedBlock, PinSource } from '../../../main/contract/composed-report.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { asLoupeError } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'
import { newBlockId } from './draft-history.ts'

/** What is about to be put into a report from another page, and into which. */
export const useReportAdditions = defineStore('report-additions', () => {
  /** Choices of what to add; null while nothing is. */
  const offered = shallowRef<readonly PinSource[] | null>(null)
  const isBusy = shallowRef(false)
  const error = shallowRef<LoupeError | null>(null)
  /** The report that something was added to last. */
  const added = shallowRef<{ readonly reportId: string; readonly title: string } | null>(null)

  function offer(sources: readonly PinSource[]): void {
    error.value = null
    added.value = null
    offered.value = sources
  }
  /** Pins the data now and appends them to a report, a new one where `reportId` is null. */
  async function add({ reportId, title, source }: { readonly reportId: string | null; readonly title: string; readonly source: PinSource }): Promise<void> {
    isBusy.value = true
    error.value = null
    try {
      const id = reportId ?? (await workbench().request('report.save', { reportId: null, version: 0, title, blocks: [] })).id
      const { pin } = await workbench().request('report.pin', { reportId: id, source })
      added.value = { reportId: id, title: (await append(id, { id: newBlockId(), kind: 'data', source, caption: '', pinId: pin.id })) || title }
      offered.value = null
    } catch (thrown) {
      error.value = asLoupeError(thrown)
    } finally {
      isBusy.value = false
    }
  }
  return { offered, isBusy, error, added, offer, add }
})

/** Appends to the newest version; once more where another window saved in between. @returns The report's title. */
async function append(reportId: string, block: ComposedBlock, attempts = 3): Promise<string> {
  const { report } = await workbench().request('report.get', { reportId })
  try {
    return (await workbench().request('report.save', { reportId, version: report.version, title: report.title, blocks: [...report.blocks, block] })).title
  } catch (thrown) {
    if (attempts <= 1 || asLoupeError(thrown).code !== 'conflict') throw thrown
    return await append(reportId, block, attempts - 1)
  }
}
