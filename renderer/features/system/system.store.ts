import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { SystemSample } from '../../../main/contract/system-samples.ts'
import { workbench } from '../../workbench.ts'

/** Samples that the meter's curves show: five minutes of one each five seconds. */
const REMEMBERED = 60

/** How busy the machine is now, and was in the last minutes, while the window looked on. */
export const useSystemStore = defineStore('system', () => {
  const recent = shallowRef<readonly SystemSample[]>([])
  const isDiskLow = shallowRef(false)
  const now = computed(() => recent.value.at(-1) ?? null)
  const end = workbench().on('system.sampled', (told) => {
    recent.value = [...recent.value, told.sample].slice(-REMEMBERED)
    isDiskLow.value = told.isDiskLow
  })
  onScopeDispose(end)
  return { recent, now, isDiskLow }
})
