import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { DistillationWay } from '../../../main/methods/feature-distillation/config.ts'
import { distillationWay } from '../../../main/methods/feature-distillation/config.ts'
import type { Decision, DistilledStudent, FeatureDistillationReport, JudgedCandidate, LimitName } from '../../../main/methods/feature-distillation/report.ts'
import type { Formats } from '../../format.ts'
import { formats } from '../../i18n.ts'
import { points } from '../comparison/points.ts'

type Words = (key: string, named: Record<string, unknown>) => string

export interface DistillationSentences {
  way(way: DistillationWay): string
  /** Of an arm or a student, by its id, such as `distilled depth=2 rear=4`. */
  arm(id: string): string
  student(student: Pick<DistilledStudent, 'way' | 'depth' | 'rear' | 'isFromLibrary'>): string
  verdict(report: Pick<FeatureDistillationReport, 'verdict'>): string
  warning(warning: FeatureDistillationReport['warnings'][number]): string
  limits(names: readonly LimitName[]): string
  /** Why one is chosen, or why none is. */
  decision(decision: Decision): string
  /** What became of a candidate, with the limits that it breaks. */
  judged(candidate: JudgedCandidate): string
}

/** What a comparison of students says in sentences, in the window's language, built from its codes and numbers. */
export function useDistillationSentences(): ComputedRef<DistillationSentences> {
  const { t } = useI18n()
  return computed(() => createDistillationSentences((key, named) => t(key, named), formats.value))
}

export function createDistillationSentences(t: Words, f: Formats): DistillationSentences {
  const way = (name: string) => t(`distillation.way.${name}`, {})
  const arm = (id: string) => {
    const { name, depth, rear } = partsOf(id)
    return nameOf({ name, depth, rear })
  }
  const nameOf = ({ name, depth, rear }: { readonly name: string; readonly depth: number | null; readonly rear: number | null }) => {
    const known = distillationWay.options.some((one) => one === name) ? way(name) : name
    if (depth === null) return known
    return rear === null ? t('students.name', { way: known, depth, n: depth }) : t('students.nameRear', { way: known, depth, rear })
  }
  const gain = (value: unknown) => (typeof value === 'number' ? points(value, f) : '')
  const limits = (names: readonly string[]) => names.map((name) => t(`distillation.limit.${name}`, {})).join(', ')
  const armsIn = ({ arm: some, student, nearest, way: named }: Readonly<Record<string, unknown>>) => ({
    ...(typeof some === 'string' ? { arm: arm(some) } : {}),
    ...(typeof student === 'string' ? { student: arm(student) } : {}),
    ...(typeof nearest === 'string' ? { nearest: arm(nearest) } : {}),
    ...(typeof named === 'string' ? { way: way(named) } : {}),
  })
  return {
    way,
    arm,
    student: ({ way: name, depth, rear, isFromLibrary }) => nameOf({ name, depth: name === 'whole' ? null : depth, rear: isFromLibrary ? rear : null }),
    verdict({ verdict: { code, facts } }) {
      const { tolerance, best, bestDepth, bestGain, gapClosed, undecided, chosen } = facts
      const sentences = [t(`distillation.verdict.code.${code}`, { ...facts, tolerance: typeof tolerance === 'number' ? points(tolerance, f).replace('+', '') : '' })]
      if (typeof facts['way'] === 'string' && facts['way'] !== 'distilled') sentences.push(t('distillation.verdict.way', { way: way(facts['way']) }))
      if (typeof best === 'string') sentences.push(t('distillation.verdict.best', { student: arm(best), gain: gain(bestGain) }))
      if (typeof gapClosed === 'number') sentences.push(t('distillation.verdict.gapClosed', { depth: bestDepth, share: f.percent(gapClosed) }))
      if (undecided !== undefined && code !== 'single-seed' && code !== 'undecided') sentences.push(t('distillation.verdict.undecided', { depths: undecided }))
      if (typeof chosen === 'string') sentences.push(t('distillation.verdict.chosen', { student: arm(chosen) }))
      return sentences.join(' ')
    },
    warning({ code, facts }) {
      const { cka, gain: gained, overSupervision, limits: binding } = facts
      return t(`distillation.warning.${code}`, {
        ...facts,
        ...armsIn(facts),
        gain: gain(gained),
        overSupervision: gain(overSupervision),
        cka: typeof cka === 'number' ? f.significant(cka, 2) : '',
        limits: typeof binding === 'string' ? limits(binding.split(',').map((name) => name.trim()).filter((name) => name !== '')) : '',
      })
    },
    limits,
    decision({ objective, chosen, binding, nearest, limits: { memoryBytes, macs, latencyMs, accuracy }, candidates }) {
      if (candidates.length === 0) return t('students.decision.none', {})
      const isLimited = [memoryBytes, macs, latencyMs, accuracy].some((limit) => limit !== null)
      if (chosen !== null) return t(isLimited ? 'students.decision.chosenWithin' : 'students.decision.chosen', { objective: t(`distillation.objective.${objective}`, {}), count: candidates.filter(({ verdict }) => verdict !== 'rejected').length, total: candidates.length })
      if (nearest !== null) return t('students.decision.binding', { limits: limits(binding), nearest: arm(nearest) })
      return t(binding.length > 0 ? 'students.decision.unknown' : 'students.decision.untrained', { limits: limits(binding) })
    },
    judged({ verdict, breaks, unknown }) {
      if (verdict !== 'rejected') return t(`distillation.candidate.${verdict}`, {})
      return [...(breaks.length > 0 ? [t('students.table.breaks', { limits: limits(breaks) })] : []), ...(unknown.length > 0 ? [t('students.table.unknown', { limits: limits(unknown) })] : [])].join('; ')
    },
  }
}

function partsOf(id: string): { readonly name: string; readonly depth: number | null; readonly rear: number | null } {
  const [name = '', ...rest] = id.split(' ')
  const numberOf = (key: string) => {
    const found = rest.find((part) => part.startsWith(`${key}=`))
    return found === undefined ? null : Number(found.slice(key.length + 1))
  }
  return { name, depth: numberOf('depth'), rear: numberOf('rear') }
}
