import { LoupeError } from '../contract/errors.ts'
import type { StepFeed, TrainingCall } from './training-step.ts'

/** Below this forecast XLA is not even tried: compiling takes up to a minute, and saves a small fraction of a run, or none. */
const WORTH_TRYING_MS = 600_000
/** XLA must be faster by this share: both are measured in passing, on a machine that does other things. */
const CLEAR_GAIN = 0.05
const MEASURED_CALLS = 5

export interface JitTrial {
  /** Compiles the run's call, or finds it compiled. */
  readonly call: (choice: { readonly jit: boolean }) => TrainingCall
  readonly feed: StepFeed
  /** Steps of the whole run. */
  readonly steps: number
}

export interface JitChoice {
  readonly jit: boolean
  /** False where the run is too short for measuring: a longer one may choose otherwise. */
  readonly isMeasured: boolean
}

/**
 * Whether a run's steps are clustered by XLA: measured, where the run is long enough for it to matter.
 *
 * The plain call is timed first. Only where the whole run is forecast to take more than ten minutes is the other compiled,
 * both are timed in turns, and XLA is taken when it is clearly faster and saves more than its compilation took. The
 * variables are left as they fall; a run writes its own before it starts.
 */
export async function chooseJit({ call, feed, steps }: JitTrial): Promise<JitChoice> {
  const plain = call({ jit: false })
  await plain.run(feed)
  const forecastMs = (await timeOf(plain, feed)) * (steps / plain.steps)
  if (forecastMs < WORTH_TRYING_MS) return { jit: false, isMeasured: false }
  const clustered = call({ jit: true })
  const compileMs = await firstRun(clustered, feed)
  if (compileMs === null) return { jit: false, isMeasured: true }
  const times = { plain: [] as number[], clustered: [] as number[] }
  for (let i = 0; i < MEASURED_CALLS; i++) {
    times.plain.push(await timeOf(plain, feed))
    times.clustered.push(await timeOf(clustered, feed))
  }
  const gain = 1 - median(times.clustered) / median(times.plain)
  return { jit: gain > CLEAR_GAIN && gain * forecastMs > compileMs, isMeasured: true }
}

/** Null where XLA cannot compile the step: then the run is as well off without it. */
async function firstRun(call: TrainingCall, feed: StepFeed): Promise<number | null> {
  try {
    return await timeOf(call, feed)
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'tensorflow') return null
    throw error
  }
}

async function timeOf(call: TrainingCall, feed: StepFeed): Promise<number> {
  const started = performance.now()
  await call.run(feed)
  return performance.now() - started
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}
