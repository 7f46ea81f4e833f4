import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { SweepTexts } from './charts/sweep-option.ts'

/** The words of the K(b) and N(b) charts in the window's language. */
export function useSweepTexts(): ComputedRef<(quantity: 'steps' | 'examples') => SweepTexts> {
  const { t } = useI18n()
  return computed(() => (quantity) => ({
    xName: t('charts.axis.batchSize'),
    yName: t(`charts.axis.${quantity}`),
    seed: t('runs.detail.seed'),
    series: {
      runs: t('charts.series.runs'),
      mean: t('charts.series.mean'),
      censored: t('charts.series.censored'),
      iiduka: t('charts.series.iiduka'),
      mccandlish: t('charts.series.mccandlish'),
      combined: t('charts.series.combined'),
      linear: t('charts.series.linear'),
      criticalBatchSize: t('charts.series.criticalBatchSize'),
      asymptote: t('charts.series.asymptote'),
      current: t('charts.series.current'),
      efficient: t('charts.series.efficient'),
    },
  }))
}
