import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { CommandOutput } from '../../../main/contract/commands.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { z } from '../../../main/contract/zod.ts'
import { studyConfig } from '../../../main/contract/study-config.ts'
import type { StudyConfigInput } from '../../../main/contract/study-config.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { differences, isDraft, isSame, valueAt, withValue } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'
import { workbench } from '../../workbench.ts'

/** What is wrong with one setting. */
export interface Issue {
  readonly path: string
  readonly message: string
  /** The schema's own account; absent for a text that does not read as a number. */
  readonly rule?: z.core.$ZodIssue
}

/** The study being prepared: its settings, what is wrong with them, and what they would cost. */
export const useNewStudyStore = defineStore('new-study', () => {
  const defaults: Draft = studyConfig.parse({ method: 'critical-batch-size' })
  const draft = shallowRef<Draft>(defaults)
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

  /** Replaces all settings. Throws a ZodError for settings that do not fit, and changes nothing then. */
  function replace(config: unknown): void {
    draft.value = studyConfig.parse(isDraft(config) ? { method: 'critical-batch-size', ...config } : config)
    unreadable.value = {}
  }
  function restoreAll(): void {
    draft.value = defaults
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

  const isDefault = (path: string) => isSame(valueAt(draft.value, path), valueAt(defaults, path))
  /** What differs from the defaults, for the YAML text. */
  const changes = computed(() => ({ method: 'critical-batch-size', ...asDraft(differences(draft.value, defaults)) }))

  return { defaults, draft, issues, unreadable, estimate, isEstimateStale, isStarting, startError, changes, set, markUnreadable, markReadable, replace, restoreAll, measure, start, isDefault }
})

function asDraft(value: unknown): Draft {
  return isDraft(value) ? value : {}
}
