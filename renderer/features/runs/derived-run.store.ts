import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { RunRecord } from '../../../main/contract/records.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import { z } from '../../../main/contract/zod.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { describeSchema } from '../../schema-form/describe-schema.ts'
import type { Field, VariantField } from '../../schema-form/describe-schema.ts'
import { valueAt, withValue } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'
import type { Issue } from '../../schema-form/form.ts'
import { workbench } from '../../workbench.ts'

/** A run's settings under `run`, as in a study: their texts are the same. */
const derivedConfig = z.strictObject({ run: runConfig })
export const derivedRunFields: Field = describeSchema(derivedConfig)

/** A run to be started from a checkpoint of another one, or as a copy of it from its first step: its settings, which begin as those of that run. */
export const useDerivedRunStore = defineStore('derived-run', () => {
  const parent = useLoadable<RunRecord>()
  const step = shallowRef<number | null>(null)
  const isCopy = shallowRef(false)
  const draft = shallowRef<Draft>({})
  const defaults = shallowRef<Draft>({})
  const unreadable = shallowRef<Readonly<Record<string, string>>>({})
  const isStarting = shallowRef(false)
  const startError = shallowRef<LoupeError | null>(null)

  const issues = computed<Issue[]>(() => {
    const parsed = derivedConfig.safeParse(draft.value)
    const refused = parsed.success ? [] : parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message, rule: issue }))
    return [...Object.entries(unreadable.value).map(([path, message]) => ({ path, message })), ...refused.filter(({ path }) => !(path in unreadable.value))]
  })

  /** @param at  A step, null for the newest checkpoint, or `copy` to begin anew. */
  async function open(runId: string, at: number | null | 'copy'): Promise<void> {
    step.value = at === 'copy' ? null : at
    isCopy.value = at === 'copy'
    startError.value = null
    unreadable.value = {}
    parent.clear()
    draft.value = {}
    await parent.load(async () => (await workbench().request('run.get', { runId })).run)
    if (parent.data === null) return
    const { config } = parent.data
    defaults.value = { run: { ...config } }
    draft.value = withValue(defaults.value, 'run.name', '')
  }
  function set(path: string, value: unknown): void {
    draft.value = withValue(draft.value, path, value)
    unreadable.value = Object.fromEntries(Object.entries(unreadable.value).filter(([other]) => other !== path && !other.startsWith(`${path}.`)))
  }
  function markUnreadable(path: string, message: string): void {
    unreadable.value = { ...unreadable.value, [path]: message }
  }
  /** What a variant begins with: the parent's own where it has this one. */
  function beginning(field: Pick<VariantField, 'path' | 'discriminator'>, name: string): unknown {
    const own = valueAt(defaults.value, field.path)
    if (valueAt(own, field.discriminator) === name) return own
    return valueAt(derivedConfig.parse(withValue({ run: {} }, field.path, { [field.discriminator]: name })), field.path)
  }
  /** Starts the run and answers its id; null when it was refused, with the reason in `startError`. */
  async function start(): Promise<string | null> {
    if (parent.data === null) return null
    isStarting.value = true
    startError.value = null
    try {
      const { run } = derivedConfig.parse(draft.value)
      if (isCopy.value) return (await workbench().request('run.start', { config: run })).runId
      return (await workbench().request('run.branch', { runId: parent.data.id, step: step.value, config: run })).runId
    } catch (error) {
      startError.value = asLoupeError(error)
      return null
    } finally {
      isStarting.value = false
    }
  }

  return { parent, step, draft, defaults, fields: derivedRunFields, issues, isStarting, startError, open, set, markUnreadable, beginning, start }
})
