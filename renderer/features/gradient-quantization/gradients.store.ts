import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { GradientCourse, GradientRecord, GradientTarget } from '../../../main/contract/gradient-records.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

export type GradientSteps = QueryOutput<'gradient.steps'>
/** What became of asking for full gradients. */
export type SnapshotState = 'none' | 'asked' | 'saved' | 'not-saved'

const refreshMs = { steps: 1000, course: 3000 }
/** Between two steps while they play by themselves. */
const playMs = 600
/** Steps of one worker that are kept, so that going back and forth asks nothing. */
const keptAnswers = 40

/** The logged gradients of the open run, and which of them are looked at. */
export const useGradientsStore = defineStore('gradients', () => {
  const runId = shallowRef('')
  const logged = useLoadable<GradientSteps>()
  const records = useLoadable<readonly GradientRecord[]>()
  const course = useLoadable<GradientCourse>()
  /** Null follows the newest. */
  const chosenStep = shallowRef<number | null>(null)
  const chosenWorker = shallowRef<number | null>(null)
  const chosenUnit = shallowRef<string | null>(null)
  const target = shallowRef<GradientTarget>('values')
  const isPlaying = shallowRef(false)
  const wantsCourse = shallowRef(false)
  const snapshot = shallowRef<SnapshotState>('none')
  const snapshotError = shallowRef<LoupeError | null>(null)
  const answers = new Map<string, readonly GradientRecord[]>()
  let timer: ReturnType<typeof setTimeout> | null = null

  const steps = computed(() => logged.data?.steps ?? [])
  const step = computed(() => chosenStep.value ?? steps.value.at(-1) ?? null)
  const worker = computed(() => chosenWorker.value ?? logged.data?.workers[0] ?? null)
  const unit = computed(() => logged.data?.units.find(({ name }) => name === chosenUnit.value)?.name ?? logged.data?.units[0]?.name ?? null)
  const position = computed(() => (step.value === null ? -1 : steps.value.indexOf(step.value)))
  /** Of the chosen unit, at the chosen step and worker. */
  const record = computed(() => records.data?.find((one) => one.unit === unit.value) ?? null)

  const refreshSteps = coalesce(() => logged.load(() => workbench().request('gradient.steps', { runId: runId.value })), refreshMs.steps)
  const refreshCourse = coalesce(loadCourse, refreshMs.course)

  watch([step, worker], () => void loadRecords())
  watch([worker, wantsCourse], () => void loadCourse())

  async function loadRecords(): Promise<void> {
    const [at, of] = [step.value, worker.value]
    if (at === null || of === null) return
    const key = `${at}|${of}`
    await records.load(async () => {
      const known = answers.get(key)
      if (known !== undefined) return known
      const { records: found } = await workbench().request('gradient.records', { runId: runId.value, step: at, workers: [of] })
      answers.set(key, found)
      if (answers.size > keptAnswers) answers.delete(answers.keys().next().value ?? key)
      return found
    })
  }

  async function loadCourse(): Promise<void> {
    const of = worker.value
    if (wantsCourse.value && of !== null) await course.load(() => workbench().request('gradient.course', { runId: runId.value, worker: of }))
  }

  /** Keeps a run's gradients fresh until the returned function is called. */
  function open(id: string): () => void {
    pause()
    runId.value = id
    for (const choice of [chosenStep, chosenWorker, chosenUnit]) choice.value = null
    target.value = 'values'
    snapshot.value = 'none'
    snapshotError.value = null
    answers.clear()
    for (const loadable of [logged, records, course]) loadable.clear()
    refreshSteps.ask()
    const unsubscribe = [
      workbench().on('gradients.appended', (appended) => {
        if (appended.runId !== id) return
        refreshSteps.ask()
        refreshCourse.ask()
      }),
      workbench().on('log.event', ({ event }) => {
        if (event.runId !== id) return
        if (event.kind === 'gradients.saved') snapshot.value = 'saved'
        if (event.kind === 'gradients.not-saved') snapshot.value = 'not-saved'
      }),
      workbench().on('run.changed', ({ run }) => {
        if (run.id !== id) return
        // What was asked of a run that has ended is not done any more.
        if (run.status !== 'running' && snapshot.value === 'asked') snapshot.value = 'none'
        refreshSteps.ask()
      }),
    ]
    return () => {
      for (const end of unsubscribe) end()
      refreshSteps.cancel()
      refreshCourse.cancel()
      pause()
      wantsCourse.value = false
    }
  }

  /** Goes to a place among the logged steps; the last one follows what is logged next. */
  function goTo(place: number): void {
    const within = Math.min(Math.max(place, 0), steps.value.length - 1)
    chosenStep.value = within === steps.value.length - 1 ? null : (steps.value[within] ?? null)
  }
  function play(): void {
    if (steps.value.length < 2) return
    if (position.value === steps.value.length - 1) goTo(0)
    isPlaying.value = true
    timer = setTimeout(advance, playMs)
  }
  function advance(): void {
    // A step is never left before it has been shown.
    if (!records.isLoading) goTo(position.value + 1)
    if (position.value >= steps.value.length - 1) pause()
    else timer = setTimeout(advance, playMs)
  }
  function pause(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    isPlaying.value = false
  }

  async function saveNext(): Promise<void> {
    snapshotError.value = null
    snapshot.value = 'asked'
    try {
      await workbench().request('run.snapshotGradients', { runId: runId.value })
    } catch (error) {
      snapshotError.value = asLoupeError(error)
      snapshot.value = 'none'
    }
  }

  const refresh = () => {
    refreshSteps.ask()
    void loadRecords()
    refreshCourse.ask()
  }
  return { runId, logged, records, course, steps, step, worker, unit, target, position, record, isPlaying, wantsCourse, snapshot, snapshotError, chosenStep, chosenWorker, chosenUnit, open, goTo, play, pause, saveNext, refresh }
})

/** Opens a run's gradients for as long as the component lives. */
export function useOpenGradients(id: string): ReturnType<typeof useGradientsStore> {
  const store = useGradientsStore()
  onScopeDispose(store.open(id))
  useReconnection(store.refresh)
  return store
}
