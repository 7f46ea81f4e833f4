import { depthOf } from '../../contract/model-depth.ts'
import { requestedRuns } from '../arm-runs.ts'
import { finite, outcomeOf } from '../run-outcome.ts'
import type { DatasetFacts, StudiedRun } from '../study.ts'
import { modelOfArm, studentDepthsOf, isChain, type Arm } from './arms.ts'
import type { FeatureDistillationConfig } from './config.ts'
import { armPlan, startLost } from './plan.ts'
import { likenessOf } from './read-likeness.ts'
import type { DistilledRun, ExitResult } from './report.ts'

/** Variance below which a feature is as good as a constant. */
const COLLAPSED = 1e-6

/** Every run that the comparison wants: also those that have not been made, that failed or were stopped. */
export function readRuns(config: FeatureDistillationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): DistilledRun[] {
  const plan = armPlan(config, runs, facts)
  return requestedRuns(plan, runs).flatMap(({ request, run }) => {
    const arm = plan.byId.get(request.arm)
    if (arm === undefined) return []
    const { runId, status, problem, examples, wallMs } = outcomeOf(run)
    const lost = run === undefined ? startLost(arm, request, runs) : null
    const steps = run?.steps ?? 0
    const exits = exitsOf(config, arm, run)
    return {
      ...{ runId, arm: arm.id, way: arm.way, depth: arm.depth, rear: arm.rear, seed: request.seed },
      status: lost === null ? status : 'failed',
      problem: lost === null ? problem : `The run that it starts from (${lost.key}) has not come to its end: ${lost.error?.message ?? `it is ${lost.status}.`}`,
      exits,
      ...{ steps, examples, wallMs, stepMs: steps > 0 ? wallMs / steps : null },
      isCollapsed: run?.distillation?.().at(-1)?.isCollapsed ?? exits.some(({ likenessAtEnd }) => (likenessAtEnd?.frontVariance ?? 1) < COLLAPSED),
    }
  })
}

/** The students of a run in the order of their depths, and the whole stack. */
function exitsOf(config: FeatureDistillationConfig, arm: Arm, run: StudiedRun | undefined): ExitResult[] {
  const whole = depthOf(modelOfArm(config, arm))
  const [own, ...others] = studentDepthsOf(arm, config)
  if (own === undefined) return [{ ...ownExit(run), depth: whole, isWhole: true }]
  if (!isChain(arm.way)) return [{ ...ownExit(run), depth: own, isWhole: false }]
  const students = [...others.map((depth) => loggedExit(run, depth)), { ...ownExit(run), depth: own, isWhole: false }]
  return [
    ...students.sort((one, other) => one.depth - other.depth).map((exit) => ({ ...exit, ...likenessOf({ run, depth: exit.depth, isOwn: exit.depth === own, whole }) })),
    { ...exitFrom(run, { validationAccuracy: 'whole/validation-accuracy', testAccuracy: 'whole/test-accuracy', validationLoss: 'whole/validation-loss' }), depth: whole, isWhole: true },
  ]
}

type Measured = Omit<ExitResult, 'depth' | 'isWhole'>

/** Of the run's own model: what any run logs. */
function ownExit(run: StudiedRun | undefined): Measured {
  return exitFrom(run, { validationAccuracy: 'validation/accuracy', testAccuracy: 'test/accuracy', validationLoss: 'validation/loss' })
}

function exitFrom(run: StudiedRun | undefined, keys: Readonly<Record<'validationAccuracy' | 'testAccuracy' | 'validationLoss', string>>): Measured {
  const last = (key: string) => finite(run?.evaluations.findLast(({ values }) => values[key] !== undefined)?.values[key] ?? null)
  const [validationAccuracy, testAccuracy, validationLoss] = [last(keys.validationAccuracy), last(keys.testAccuracy), last(keys.validationLoss)]
  return { accuracy: testAccuracy ?? validationAccuracy, validationAccuracy, testAccuracy, validationLoss, likenessAtStart: null, likenessAtEnd: null }
}

/** Of a student beside the run's own, from its records. */
function loggedExit(run: StudiedRun | undefined, depth: number): ExitResult {
  const isIt = (exit: { readonly depth: number; readonly isWhole: boolean }) => exit.depth === depth && !exit.isWhole
  const validation = run?.distillation?.().at(-1)?.exits.find(isIt)?.validation
  const predictions = run?.predictions?.()
  const testAccuracy = predictions?.split === 'test' ? (predictions.exits.find(isIt)?.accuracy ?? null) : null
  const validationAccuracy = validation?.accuracy ?? null
  return { depth, isWhole: false, accuracy: testAccuracy ?? validationAccuracy, validationAccuracy, testAccuracy, validationLoss: validation?.loss ?? null, likenessAtStart: null, likenessAtEnd: null }
}
