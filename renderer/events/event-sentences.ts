import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { errorCodes } from '../../main/contract/errors.ts'
import type { EventKind } from '../../main/contract/event-kinds.ts'
import type { LogEvent } from '../../main/contract/records.ts'
import { fieldTexts, formats } from '../i18n.ts'
import { en } from '../locales/en/index.ts'
import { batchReason, signalWords } from './batch-reason.ts'
import { FactWords, isComplete } from './fact-words.ts'
import type { Language, Words } from './fact-words.ts'
import { lossName, recommendationText } from './recommendation-text.ts'
import { settingName } from './setting-name.ts'

/** An event in words. */
export interface EventSentence {
  readonly sentence: string
  /** What it quotes as it was logged, such as an error's message; null where it quotes nothing. */
  readonly detail: string | null
}

export interface EventLanguage extends Language {
  /** A data set by its name; null for one without a name of ours. */
  dataset(name: string): string | null
  /** A setting by its path in a run's config, such as `decorrelation.labelledWeight`. */
  setting(path: string): string
}

interface Telling {
  readonly words: Words
  /** Another text than the kind's own. */
  readonly other?: keyof typeof en.events.other
  readonly detail?: string | null
}
type Tell = (event: { readonly facts: Readonly<Record<string, unknown>>; readonly read: FactWords; readonly language: EventLanguage; readonly message: string }) => Telling

/** Says events in the window's language. */
export function useEventSentence(): ComputedRef<(event: Pick<LogEvent, 'kind' | 'facts' | 'message'>) => EventSentence> {
  const { t } = useI18n()
  return computed(() => {
    const language = { t, f: formats.value, dataset: (name: string) => (name === 'file' ? null : (fieldTexts.value['run.dataset.name']?.choices?.[name] ?? null)), setting: (path: string) => settingName(path, fieldTexts.value, t) }
    return (event) => eventSentence(event, language)
  })
}

/** Says what happened, from its kind and facts. A kind of another version, or one that lacks a fact, is said as it was logged. */
export function eventSentence({ kind, facts, message }: Pick<LogEvent, 'kind' | 'facts' | 'message'>, language: EventLanguage): EventSentence {
  const tell = isKnown(kind) ? tells[kind] : null
  if (tell === null) return { sentence: message, detail: null }
  const { words, other, detail = null } = tell({ facts, read: new FactWords(facts, language), language, message })
  if (!isComplete(words)) return { sentence: message, detail: null }
  return { sentence: language.t(other === undefined ? `events.kind.${kind}` : `events.other.${other}`, words), detail }
}

const nothing: Tell = () => ({ words: {} })
/** An error's title in the sentence, and its message as logged. */
const quoting = (words: (read: FactWords) => Words): Tell => ({ read, message }) => ({ words: { error: read.choice('code', errorTitles), ...words(read) }, detail: read.text('reason') ?? message })
/** The message of these is the error's own; a fact of the error may be called a reason, too. */
const failing: Tell = ({ read, message }) => ({ words: { error: read.choice('code', errorTitles) }, detail: message })
const cutting: Tell = ({ read }) => ({ words: { model: read.text('model'), cut: read.choice('cut', { path: 'events.cut', choices: en.events.cut }) } })

const errorTitles = { path: 'error', choices: Object.fromEntries(errorCodes.map((code) => [code, code])) }
const importTools = { path: 'imports.tools', choices: en.imports.tools }
const statuses = { path: 'status', choices: en.status }

const tells: Readonly<Record<EventKind, Tell>> = {
  'workspace.on-network-disk': ({ read }) => ({ words: { path: read.text('path'), disk: read.text('disk') } }),
  'dataset.read': ({ facts, read, language }) => ({
    words: { data: language.dataset(read.text('name') ?? '') ?? read.text('title') ?? read.text('name'), train: read.count('trainExamples'), validation: read.count('validationExamples'), test: read.count('testExamples'), ...(Number(facts['leftOut'] ?? 0) > 0 ? { leftOut: read.count('leftOut') } : {}) },
    ...(Number(facts['leftOut'] ?? 0) > 0 ? { other: 'readOther' } : {}),
  }),
  'metrics.dropped': ({ read }) => ({ words: { rows: read.count('droppedRows') } }),
  'disk.low': ({ read }) => ({ words: { path: read.text('path'), free: read.bytes('freeBytes') } }),
  'log.unwritable': quoting(() => ({})),
  'log.recovered': ({ read }) => ({ words: { time: read.ms('heldMs') } }),
  'queue.held': quoting(() => ({})),
  'lane.failed': quoting(() => ({})),
  'budget.reached': ({ read }) => ({ words: { hours: read.hours('hours'), allowed: read.hours('allowedHours'), budget: read.hours('budgetHours') } }),
  'point.stopped': ({ read }) => ({ words: { size: read.count('batchSize') } }),
  'latency.measured': ({ read }) => ({ words: { fastest: read.ms('fastest'), slowest: read.ms('slowest') } }),
  'study.extended': tellExtension,
  'study.finished': nothing,
  'study.failed': failing,
  'study.paused': nothing,
  'study.stopped': nothing,
  'study.interrupted': ({ facts, read }) => ('was' in facts ? { other: 'studyOrphaned', words: { status: read.choice('was', statuses) } } : { words: {} }),
  'run.imported': ({ read }) => ({ words: { tool: read.choice('tool', importTools), path: read.text('path'), metrics: read.count('metrics'), values: read.count('values') } }),
  'run.branched': ({ read }) => ({ words: { run: read.text('fromRun'), step: read.count('step') } }),
  'run.resumed': ({ read }) => ({ words: { step: read.count('step') } }),
  'run.interrupted': ({ read }) => ({ words: { status: read.choice('was', statuses) } }),
  'run.failed': failing,
  'environment.changed': tellChanges,
  'checkpoints.pruned': ({ read }) => ({ words: { count: read.count('checkpoints'), steps: read.counts('steps'), size: read.bytes('bytes') } }),
  'checkpoint.unreadable': quoting((read) => ({ step: read.count('step') })),
  'worker.lost': ({ read }) => ({ words: { worker: read.count('worker'), host: read.text('host'), step: read.count('step'), reason: read.text('reason') } }),
  'worker.returned': ({ read }) => ({ words: { wanted: read.count('wanted'), step: read.count('step') } }),
  'worker.left-out': ({ read }) => ({ words: { workers: read.count('workers'), wanted: read.count('wanted'), step: read.count('step') } }),
  'workers.warned': ({ read }) => ({ words: { warning: read.text('warning') } }),
  'gradients.saved': ({ read }) => ({ words: { step: read.count('step'), path: read.text('path'), size: read.bytes('bytes') } }),
  'gradients.not-saved': quoting((read) => ({ step: read.count('step'), path: read.text('path') })),
  'armijo-fallback': ({ read, language }) => ({
    words: { fallbacks: read.count('fallbackSteps'), steps: read.count('step'), share: language.f.percent((read.number('fallbackSteps') ?? Number.NaN) / (read.number('step') ?? Number.NaN), 1) },
  }),
  'batch-norm-coupling': ({ read }) => ({ words: { model: read.text('model') } }),
  'cut-batch-norm': cutting,
  'cut-dropout': cutting,
  'gap-below-ideal': ({ read, language }) => ({
    words: { signal: signalWords(read.text('signal') ?? '', language), below: language.f.significant(-(read.number('gap') ?? Number.NaN)), ideal: read.significant('ideal') },
  }),
  'features.collapsed': ({ read }) => ({ words: { depth: read.count('depth'), variance: read.significant('variance'), steps: read.count('steps') } }),
  'weights.loaded': ({ read }) => ({
    words: { extractor: read.choice('extractor', { path: 'events.extractor', choices: en.events.extractor }), run: read.text('fromRun'), step: read.count('step'), loaded: read.count('loaded'), left: read.count('left') },
  }),
  'network.saved': ({ facts, read }) => ({
    words: { step: read.count('step'), size: read.bytes('bytes'), ...(typeof facts['sha256'] === 'string' ? { hash: facts['sha256'].slice(0, 8) } : {}) },
    ...(typeof facts['sha256'] === 'string' ? {} : { other: 'networkSaved' }),
  }),
  'run.ended': ({ read }) => ({ words: { step: read.count('step') } }),
  'thresholds.reached': tellThresholds,
  'conditions.recommended': ({ facts, read, language }) => {
    const text = recommendationText(facts, language)
    return { words: { step: read.count('step'), reason: text?.reason ?? null, changes: text?.advice ?? null } }
  },
  'channels.few-live': ({ read }) => ({ words: { step: read.count('step'), live: read.count('live') } }),
  'unlabelled.left-out': ({ read, language }) => ({ words: { data: language.dataset(read.text('dataset') ?? '') ?? read.text('dataset'), examples: read.count('examples') } }),
  'threshold.below-reach': tellReach,
  'pooling.without-positions': ({ facts, read, language }) => ({ words: { tap: tapName(facts['tap'], language), pooling: read.choice('pooling', { path: 'events.pooling', choices: en.events.pooling }) } }),
  'model.exported': ({ facts, read }) => ({ words: { model: read.text('title'), step: read.count('step'), path: read.text('path'), size: read.bytes('bytes') }, ...(facts['agrees'] === false ? { other: 'exportedOther' } : {}) }),
  'batch.changed': ({ facts, read, language }) => ({
    words: { from: read.count('fromBatch'), to: read.count('toBatch'), reason: batchReason(facts, language) ?? read.text('reason'), shape: shapeOf(read), lever: leverOf(read, language) },
  }),
  'batch.rolled-back': ({ facts, read, language }) => ({
    words: { epoch: read.count('toEpoch'), count: read.count('rollbacks'), from: read.count('fromBatch'), to: read.count('toBatch'), reason: batchReason(facts, language) ?? read.text('reason') },
  }),
  'batch.realised-smaller': ({ read }) => ({ words: { size: read.count('batchSize'), shape: shapeOf(read) } }),
  'batch.out-of-memory': ({ read }) => ({ words: { epoch: read.count('toEpoch'), size: read.count('batchSize') }, detail: read.text('reason') }),
  'batch.status': ({ read }) => ({ words: { status: read.choice('status', { path: 'events.status', choices: en.events.status }) } }),
  'batch.frozen': ({ facts }) => (facts['isFrozen'] === false ? { other: 'released', words: {} } : { words: {} }),
}

function isKnown(kind: string): kind is EventKind {
  return Object.hasOwn(tells, kind)
}

function tellExtension({ facts, read }: Parameters<Tell>[0]): Telling {
  const [sizes, seeds] = [read.counts('batchSizes'), read.count('maxSeeds')]
  if (sizes === null || !('maxSeeds' in facts)) return { words: { sizes: null } }
  if (sizes !== '') return seeds === null ? { other: 'extendedSizes', words: { sizes } } : { words: { sizes, seeds } }
  return seeds === null ? { other: 'extendedNothing', words: {} } : { other: 'extendedSeeds', words: { seeds } }
}

/** What of the environment is another now, of that which can move a result. */
function tellChanges({ facts, language: { t } }: Parameters<Tell>[0]): Telling {
  const [before, now] = [valuesOf(facts['before']), valuesOf(facts['now'])]
  const changes = ['tensorflow', 'device', 'threads'].filter((name) => before.get(name) !== now.get(name))
  const texts = changes.map((name) => t('events.change', { name: t(`runs.environmentField.${name}`, {}), before: before.get(name) ?? '–', after: now.get(name) ?? '–' }))
  return { words: { changes: texts.length === 0 ? null : texts.join(t('events.separator', {})) } }
}

function tellThresholds({ facts, read, language }: Parameters<Tell>[0]): Telling {
  const { t, f } = language
  const all: readonly unknown[] = Array.isArray(facts['thresholds']) ? facts['thresholds'] : []
  const texts = all.map((one) => {
    const { term, loss, threshold } = Object.fromEntries(Object.entries(one ?? {}))
    return typeof loss === 'number' && typeof threshold === 'number' ? t('events.reached', { term: lossName(String(term), language), loss: f.significant(loss), threshold: f.significant(threshold) }) : null
  })
  return { words: { step: read.count('step'), thresholds: texts.length === 0 || texts.includes(null) ? null : texts.join(t('events.separator', {})) } }
}

/** A threshold that chance, or the rank of a batch, keeps from being reached. */
function tellReach({ read, language }: Parameters<Tell>[0]): Telling {
  const { t, f } = language
  const value = read.number('value')
  const kind = read.text('kind') === 'unreachable' ? 'rank-bound' : 'noise-floor'
  const needed = read.number('neededSamples')
  return {
    words: {
      threshold: read.significant('threshold'),
      term: lossName(read.text('term'), language),
      samples: read.count('samples'),
      bound: value === null ? null : t(`events.bound.${kind}`, { value: f.significant(value) }),
      needed: needed === null ? t('events.neededNever', {}) : t('events.needed', { samples: f.count(needed) }), // infinity is null in the log
    },
  }
}

/** A block by its number; the output by null. */
function tapName(tap: unknown, { t, f }: Language): string | null {
  if (typeof tap === 'number') return t('events.tap.block', { block: f.count(tap) })
  return tap === null ? t('events.tap.output', {}) : null
}

function valuesOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value).map(([name, one]) => [name, String(one)]) : [])
}

/** In one piece: a line does not break inside it. */
function shapeOf(read: FactWords): string | null {
  const counts = [read.count('replicas'), read.count('microBatch'), read.count('loops')]
  return counts.includes(null) ? null : counts.join('\u00a0×\u00a0')
}

function leverOf(read: FactWords, { t }: Language): string | null {
  const direction = (read.number('toBatch') ?? 0) < (read.number('fromBatch') ?? 0) ? 'shrink' : 'grow'
  return read.choice('lever', { path: `events.lever.${direction}`, choices: en.events.lever[direction] }) ?? t('events.lever.none', {})
}
