import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { CommandOutput } from '../../../main/contract/commands.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { methodNames, studyConfig } from '../../../main/contract/study-config.ts'
import type { MethodName, StudyConfigInput } from '../../../main/contract/study-config.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { differences, isDraft, isSame, valueAt, withValue } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'
import type { VariantField } from '../../schema-form/describe-schema.ts'
import type { Issue } from '../../schema-form/form.ts'
import { workbench } from '../../workbench.ts'
import { studyFields } from './study-fields.ts'

const allDefaults = Object.fromEntries(methodNames.map((method): [string, Draft] => [method, studyConfig.parse({ method })])) as Readonly<Record<MethodName, Draft>> // one for each name

/** The study being prepared: its settings, what is wrong with them, and what they would cost. */
export const useNewStudyStore = defineStore('new-study', () => {
  const draft = shallowRef<Draft>(allDefaults['critical-batch-size'])
  /** The method of the study, which decides what settings there are. */
  const method = computed<MethodName>(() => methodNames.find((name) => name === draft.value['method']) ?? 'critical-batch-size')
  const defaults = computed<Draft>(() => allDefaults[method.value])
  const fields = computed(() => studyFields[method.value])
  /** Texts that do not read as what the setting wants, by path; the draft keeps the last value that did. */
  const unreadable = shallowRef<Readonly<Record<string, string>>>({})
  const estimate = useLoadable<CommandOutput<'study.estimate'>>()
  const estimatedFor = shallowRef<Draft | null>(null)
  const isStarting = shallowRef(false)
  const startError = shallowRef<LoupeError | null>(null)

  const issues = computed<Issue[]>(() => {
    const parsed = studyConfig.safeParse(draft.value)
    const refused = parsed.success ? [] : parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message, rule: issue }))
    const unread = Object.entries(unreadable.value).map(([path, message]) => ({ path, message }))
    return [...unread, ...refused.filter((issue) => !(issue.path in unreadable.value))]
  })
  const isEstimateStale = computed(() => estimatedFor.value !== null && !isSame(estimatedFor.value, draft.value))

  function set(path: string, value: unknown): void {
    draft.value = withValue(draft.value, path, value)
    markReadable(path)
  }
  function markUnreadable(path: string, message: string): void {
    unreadable.value = { ...unreadable.value, [path]: message }
  }
  /** What stood under a path goes with what replaced it. */
  function markReadable(path: string): void {
    unreadable.value = Object.fromEntries(Object.entries(unreadable.value).filter(([other]) => other !== path && !other.startsWith(`${path}.`)))
  }

  /** Turns to another method, with its own defaults; nothing happens where it is that one already. */
  function begin(next: MethodName): void {
    if (next === method.value) return
    draft.value = allDefaults[next]
    unreadable.value = {}
    estimate.clear()
    estimatedFor.value = null
    startError.value = null
  }
  /** What a variant begins with: the study's own default where it has this one, which may differ from the variant's. */
  function beginning(field: Pick<VariantField, 'path' | 'discriminator'>, name: string): unknown {
    const own = valueAt(defaults.value, field.path)
    if (valueAt(own, field.discriminator) === name) return own
    return valueAt(studyConfig.parse(withValue({ method: method.value }, field.path, { [field.discriminator]: name })), field.path)
  }

  /** Replaces all settings. Throws a ZodError for settings that do not fit, and changes nothing then. */
  function replace(config: unknown): void {
    draft.value = studyConfig.parse(isDraft(config) ? { method: method.value, ...config } : config)
    unreadable.value = {}
  }
  function restoreAll(): void {
    draft.value = defaults.value
    unreadable.value = {}
  }

  /** The settings as they are sent; only to be called without issues. */
  function config(): StudyConfigInput {
    return studyConfig.parse(draft.value)
  }
  async function measure(): Promise<void> {
    const measured = draft.value
    await estimate.load(() => workbench().request('study.estimate', { config: config() }))
    estimatedFor.value = measured
  }
  /** Starts the study and answers its id; null when it was refused, with the reason in `startError`. */
  async function start(): Promise<string | null> {
    isStarting.value = true
    startError.value = null
    try {
      return (await workbench().request('study.start', { config: config() })).studyId
    } catch (error) {
      startError.value = asLoupeError(error)
      return null
    } finally {
      isStarting.value = false
    }
  }

  const isDefault = (path: string) => isSame(valueAt(draft.value, path), valueAt(defaults.value, path))
  /** What differs from the defaults, for the YAML text. */
  const changes = computed(() => ({ method: method.value, ...asDraft(differences(draft.value, defaults.value)) }))

  return { method, fields, defaults, draft, issues, unreadable, estimate, isEstimateStale, isStarting, startError, changes, set, markUnreadable, markReadable, begin, beginning, replace, restoreAll, measure, start, isDefault }
})

function asDraft(value: unknown): Draft {
  return isDraft(value) ? value : {}
}
