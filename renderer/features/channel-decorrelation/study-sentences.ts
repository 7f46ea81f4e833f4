import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { DecorrelationWay } from '../../../main/methods/channel-decorrelation/config.ts'
import { decorrelationWay } from '../../../main/methods/channel-decorrelation/config.ts'
import { VARIANCE_KEPT } from '../../../main/methods/channel-decorrelation/report.ts'
import type { ChannelDecorrelationReport, DecorrelatedArm } from '../../../main/methods/channel-decorrelation/report.ts'
import type { Formats } from '../../format.ts'
import { formats } from '../../i18n.ts'
import { points } from '../comparison/points.ts'

type Words = (key: string, named: Record<string, unknown>) => string
type Arm = Pick<DecorrelatedArm, 'id' | 'way' | 'fraction' | 'labels' | 'standing' | 'gapStanding' | 'varianceStanding' | 'against'>

export interface FewLabelSentences {
  way(way: DecorrelationWay): string
  /** Of an arm, by its id, such as `3b labels=0.01`. */
  arm(id: string): string
  /** A share of the labels. */
  share(fraction: number): string
  /** One sentence each: what is shown in all, then share by share, then of gaps and variances. */
  verdict(report: Pick<ChannelDecorrelationReport, 'verdict' | 'confidence'> & { readonly arms: readonly Arm[] }): readonly string[]
  warning(warning: ChannelDecorrelationReport['warnings'][number]): string
}

/** What a comparison on few labels says in sentences, in the window's language, built from its codes and numbers. */
export function useFewLabelSentences(): ComputedRef<FewLabelSentences> {
  const { t } = useI18n()
  return computed(() => createFewLabelSentences((key, named) => t(key, named), formats.value))
}

export function createFewLabelSentences(t: Words, f: Formats): FewLabelSentences {
  const way = (name: string) => (decorrelationWay.options.some((one) => one === name) ? t(`fewLabels.way.${name}`, {}) : name)
  const share = (fraction: number) => f.percent(fraction, 3)
  const place = (arm: Pick<Arm, 'way' | 'fraction'>) => t('fewLabels.arm', { way: way(arm.way), share: share(arm.fraction) })
  const arm = (id: string) => {
    const [name = '', labels = ''] = id.split(' labels=')
    return labels === '' ? way(name) : t('fewLabels.arm', { way: way(name), share: share(Number(labels)) })
  }
  const list = <Item>(items: readonly Item[], inWords: (item: Item) => string) => items.map(inWords).join(', ')
  const gain = ({ way: name, against }: Arm) => {
    const { mean = 0, low = null, high = null } = against?.accuracy ?? {}
    const named = { way: way(name), gain: points(mean, f) }
    return low === null || high === null ? t('fewLabels.verdict.gain', named) : t('fewLabels.verdict.gainWithin', { ...named, low: points(low, f), high: points(high, f) })
  }
  const gap = (one: Arm) => t('fewLabels.verdict.gain', { way: place(one), gain: points(one.against?.accuracyGap?.mean ?? 0, f) })

  function atShare(arms: readonly Arm[]): string {
    const parts = (['better', 'worse', 'not-shown', null] as const).flatMap((standing) => {
      const some = arms.filter((one) => one.standing === standing)
      return some.length === 0 ? [] : [t(`fewLabels.verdict.${standing ?? 'single'}`, { ways: list(some, gain) })]
    })
    return t('fewLabels.verdict.share', { share: share(arms[0]?.fraction ?? 0), labels: f.count(arms[0]?.labels ?? 0), parts: parts.join(t('fewLabels.verdict.separator', {})) })
  }

  return {
    way,
    arm,
    share,
    verdict({ verdict: { code, facts }, confidence, arms }) {
      const first = t(`fewLabels.verdict.code.${code}`, { ...facts, confidence: f.percent(confidence, 1) })
      if (code === 'pending' || code === 'no-supervised' || code === 'nothing-compared') return [first]
      const compared = arms.filter(({ against }) => against !== null && against.accuracy !== null)
      const [smaller, larger] = [compared.filter(({ gapStanding }) => gapStanding === 'smaller'), compared.filter(({ gapStanding }) => gapStanding === 'larger')]
      const shrunk = compared.filter(({ varianceStanding }) => varianceStanding === 'shrunk')
      return [
        first,
        ...[...Map.groupBy(compared, ({ fraction }) => fraction).values()].map(atShare),
        ...(smaller.length > 0 ? [t('fewLabels.verdict.smallerGap', { arms: list(smaller, gap) })] : []),
        ...(larger.length > 0 ? [t('fewLabels.verdict.largerGap', { arms: list(larger, gap) })] : []),
        ...(code !== 'single-seed' && smaller.length + larger.length === 0 ? [t('fewLabels.verdict.sameGap', {})] : []),
        ...(shrunk.length > 0 ? [t('fewLabels.verdict.shrunk', { share: share(1 - VARIANCE_KEPT), arms: list(shrunk, place) })] : []),
      ]
    },
    warning({ code, facts }) {
      const numbers = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, typeof value === 'number' ? f.significant(value, 2) : value]))
      const { arm: some, fraction, ways, terms, term, stream, labels, batchSize, samples, steps, warmupSteps, splitSeed, count, total, classes, comparisons } = facts
      // Counts in full; a number that stands for a choice must not be rounded.
      const counts = Object.fromEntries(Object.entries({ labels, batchSize, samples, steps, warmupSteps, splitSeed, count, total, classes, comparisons }).flatMap(([name, value]) => (typeof value === 'number' ? [[name, f.count(value)]] : [])))
      return t(`fewLabels.warning.${code}`, {
        ...numbers,
        ...counts,
        ...(typeof some === 'string' ? { arm: arm(some) } : {}),
        ...(typeof fraction === 'number' ? { share: share(fraction) } : {}),
        ...(typeof ways === 'string' ? { ways: list(ways.split(', '), way) } : {}),
        ...(typeof terms === 'string' ? { terms: list(terms.split(', '), (name) => t(`fewLabels.term.${name}`, {})) } : {}),
        ...(typeof term === 'string' ? { examples: t(`fewLabels.stream.${term}`, {}) } : {}),
        ...(typeof stream === 'string' ? { examples: t(`fewLabels.stream.${stream}`, {}) } : {}),
      })
    },
  }
}
