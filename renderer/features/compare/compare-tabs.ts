import { defineAsyncComponent } from 'vue'
import type { Component } from 'vue'
import CurvesTab from './curves/CurvesTab.vue'

/** A way to look at the compared runs. A component that is given `runIds: readonly string[]`. */
export interface CompareTab {
  readonly id: 'curves' | 'differences' | 'scatter' | 'parallel' | 'importance'
  readonly component: Component
}

/** In the order of the strip; each is called by `compare.tab.<id>`. Those that are not looked at first are loaded when they are. */
export const compareTabs: readonly CompareTab[] = [
  { id: 'curves', component: CurvesTab },
  lazyTab('differences', () => import('./settings/DifferencesTab.vue')),
  lazyTab('scatter', () => import('./settings/ScatterTab.vue')),
  lazyTab('parallel', () => import('./settings/ParallelTab.vue')),
  lazyTab('importance', () => import('./settings/ImportanceTab.vue')),
]

/** Loaded with its first look. */
function lazyTab(id: CompareTab['id'], load: () => Promise<{ readonly default: Component }>): CompareTab {
  return { id, component: defineAsyncComponent(load) }
}
