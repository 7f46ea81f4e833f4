import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { allFields, searchedMetrics, statisticOf } from '../../../main/contract/filter/fields.ts'
import { fieldTexts, metricNames } from '../../i18n.ts'
import { columnLabel } from '../runs/columns.ts'

/** What fields of runs are called, and which there are. */
export function useFieldLabels(): { readonly labelOf: ComputedRef<(field: string) => string>; readonly fields: readonly string[] } {
  const { t, te } = useI18n()
  return {
    labelOf: computed(() => (field: string) =>
      columnLabel(field, {
        column: (column) => (te(`runs.column.${column}`) ? t(`runs.column.${column}`) : column),
        statistic: (statistic, metric) => t(`runs.statistic.${statistic}`, { metric }),
        metrics: metricNames.value,
        settings: fieldTexts.value,
      }),
    ),
    fields: [...allFields().keys(), ...searchedMetrics.flatMap((key) => (['min', 'max'] as const).flatMap((statistic) => statisticOf(statistic, key)?.name ?? []))],
  }
}
