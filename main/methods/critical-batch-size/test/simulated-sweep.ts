import type { RunConfig } from '../../../contract/run-config.ts'
import type { DatasetFacts, Evaluation, StudiedRun } from '../../study.ts'
import type { CriticalBatchSizeConfig } from '../config.ts'
import { planSweep } from '../plan.ts'

/** How a made-up run behaves. */
export interface Behaviour {
  /** K of a run; Infinity where it never arrives. */
  readonly steps: (run: RunConfig) => number
  readonly facts: DatasetFacts
}

/** What a made-up run logs beside its loss: a noise of trace 100 about a squared gradient of 0.5. */
const NOISE = { 'noise/trace': 100, 'noise/gradient-squared': 0.5 }

/**
 * Ends a run at once, with the curve that a run of these steps would have logged: for the tests of plan and report.
 *
 * The criterion decays by a fixed factor a step and meets the target exactly at K; a step takes 2 ms.
 */
export function simulatedRun(key: string, config: RunConfig, behaviour: Behaviour): StudiedRun {
  const cap = Math.ceil((config.maxExamples ?? Infinity) / config.batchSize)
  const needed = behaviour.steps(config)
  const last = Math.min(Math.ceil(needed), cap)
  const target = config.target?.value ?? 1
  const evaluations: Evaluation[] = [0, last / 2, last].map((step) => ({
    step,
    examples: step * config.batchSize,
    wallMs: step * 2,
    values: { 'train/loss': target * 2 ** (1 - step / Math.min(needed, cap * 4)), 'time/step': 2, ...(config.noiseScale.enabled ? NOISE : {}) },
  }))
  return { id: key, key, config, status: 'finished', steps: last, examples: last * config.batchSize, wallMs: last * 2, functionEvaluations: 3 * last, censored: needed > cap, evaluations }
}

/** Asks for plans and ends what they name, as the engine does, until nothing is left; returns the runs in the order in which they ended. */
export function simulateSweep(config: CriticalBatchSizeConfig, behaviour: Behaviour): StudiedRun[] {
  const runs: StudiedRun[] = []
  for (;;) {
    const next = planSweep(config, runs, behaviour.facts).find((planned) => !runs.some((run) => run.key === planned.key))
    if (next === undefined) return runs
    runs.push(simulatedRun(next.key, next.config, behaviour))
    if (runs.length > 10_000) throw new Error('The plan does not end.')
  }
}
