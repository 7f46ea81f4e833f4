import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { GradientRecord, GradientTarget } from '../../../main/contract/gradient-records.ts'
import { inSlices } from '../../in-slices.ts'
import { fitUnit } from './unit-fits.ts'
import type { FitUnitOptions, UnitFits } from './unit-fits.ts'

export interface FitsOfStep {
  readonly records: readonly GradientRecord[]
  readonly target: GradientTarget
  readonly options: (record: GradientRecord) => FitUnitOptions
}

/** Fits all layers of a step one after the other without holding the window up; by layer, and null again for those of another step. */
export function useFitsOfStep(read: () => FitsOfStep): ShallowRef<ReadonlyMap<string, UnitFits>> {
  const found = shallowRef<ReadonlyMap<string, UnitFits>>(new Map())
  let generation = 0
  watch(
    read,
    async ({ records, target, options }) => {
      generation += 1
      const mine = generation
      const fits = new Map<string, UnitFits>()
      await inSlices(records, (record) => fits.set(record.unit, fitUnit(record.histograms[target], options(record))), { isOver: () => mine !== generation })
      if (mine === generation) found.value = fits
    },
    { immediate: true },
  )
  onScopeDispose(() => (generation += 1))
  return found
}
