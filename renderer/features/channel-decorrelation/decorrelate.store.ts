import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { decorrelationConfig, usesUnlabelled } from '../../../main/contract/decorrelation-config.ts'
import type { DecorrelationConfig } from '../../../main/contract/decorrelation-config.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { RunRecord } from '../../../main/contract/records.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import type { RunConfig } from '../../../main/contract/run-config.ts'
import { z } from '../../../main/contract/zod.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { describeSchema } from '../../schema-form/describe-schema.ts'
import type { Field, VariantField } from '../../schema-form/describe-schema.ts'
import { valueAt, withValue } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'
import type { Issue } from '../../schema-form/form.ts'
import { workbench } from '../../workbench.ts'

/** A run that decorrelates, under `run` as in a study: their texts are the same. */
const setup = z.strictObject({ run: runConfig.extend({ decorrelation: decorrelationConfig }) })
export const decorrelateFields: Field = describeSchema(setup)

const defaults: Draft = setup.parse({
  run: {
    model: { kind: 'cnn', channels: [16, 32], kernelSize: 3, dense: 64 },
    optimizer: { kind: 'adam' },
    evaluation: { everyExamples: 16_000, trainExamples: 2000 },
    maxExamples: 200_000,
    decorrelation: { labelFraction: 0.1 },
  },
})

/** The run being prepared: its settings, what is wrong with them, and what its network looks like. */
export const useDecorrelateStore = defineStore('decorrelate', () => {
  const draft = shallowRef<Draft>(defaults)
  const unreadable = shallowRef<Readonly<Record<string, string>>>({})
  const parent = useLoadable<RunRecord>()
  const datasets = useLoadable<QueryOutput<'dataset.list'>['datasets']>()
  const isStarting = shallowRef(false)
  const startError = shallowRef<LoupeError | null>(null)

  const parsed = computed(() => setup.safeParse(draft.value))
  /** The settings where all of them read; null else. */
  const config = computed<(RunConfig & { readonly decorrelation: DecorrelationConfig }) | null>(() => (parsed.value.success ? parsed.value.data.run : null))
  const issues = computed<Issue[]>(() => {
    const refused = parsed.value.success ? [] : parsed.value.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message, rule: issue }))
    return [...Object.entries(unreadable.value).map(([path, message]) => ({ path, message })), ...refused.filter(({ path }) => !(path in unreadable.value))]
  })
  /** What no single setting is to blame for. */
  const problem = computed<'noLoss' | 'noUnlabelled' | 'fewSamples' | null>(() => {
    if (config.value === null) return null
    const { decorrelation, batchSize } = config.value
    const { taskWeight, unlabelledWeight, labelledWeight, unlabelledSets } = decorrelation
    if (taskWeight === 0 && unlabelledWeight === 0 && labelledWeight === 0) return 'noLoss'
    if (usesUnlabelled(decorrelation) && unlabelledSets.length === 0) return 'noUnlabelled'
    return labelledWeight > 0 && batchSize < 3 ? 'fewSamples' : null
  })

  /** Begins with the settings of a run where one is named, else where it was left. */
  async function open(runId: string | null): Promise<void> {
    startError.value = null
    if (datasets.data === null) void datasets.load(async () => (await workbench().request('dataset.list', {})).datasets)
    parent.clear()
    if (runId === null) return
    await parent.load(async () => (await workbench().request('run.get', { runId })).run)
    const own = parent.data?.config
    if (own === undefined) return
    unreadable.value = {}
    draft.value = { run: { ...own, name: '', decorrelation: own.decorrelation ?? decorrelationConfig.parse({}) } }
  }
  function set(path: string, value: unknown): void {
    draft.value = withValue(draft.value, path, value)
    unreadable.value = Object.fromEntries(Object.entries(unreadable.value).filter(([other]) => other !== path && !other.startsWith(`${path}.`)))
  }
  function markUnreadable(path: string, message: string): void {
    unreadable.value = { ...unreadable.value, [path]: message }
  }
  function beginning(field: Pick<VariantField, 'path' | 'discriminator'>, name: string): unknown {
    const own = valueAt(defaults, field.path)
    if (valueAt(own, field.discriminator) === name) return own
    return valueAt(setup.parse(withValue({ run: { decorrelation: {} } }, field.path, { [field.discriminator]: name })), field.path)
  }
  function restoreAll(): void {
    draft.value = defaults
    unreadable.value = {}
  }
  /** Starts the run and answers its id; null when it was refused, with the reason in `startError`. */
  async function start(): Promise<string | null> {
    if (config.value === null) return null
    isStarting.value = true
    startError.value = null
    try {
      return (await workbench().request('run.start', { config: config.value })).runId
    } catch (error) {
      startError.value = asLoupeError(error)
      return null
    } finally {
      isStarting.value = false
    }
  }

  return { draft, defaults, fields: decorrelateFields, issues, problem, config, parent, datasets, isStarting, startError, open, set, markUnreadable, beginning, restoreAll, start }
})
