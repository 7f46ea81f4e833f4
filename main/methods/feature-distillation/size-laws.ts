import type { FeatureDistillationConfig } from './config.ts'
import { FEWEST_SIZES, fitSizeLaw } from './fit-size-law.ts'
import { hasExits } from './arms.ts'
import type { DistilledRun, DistilledStudent, SizeLaw } from './report.ts'

/** The law of error against size of each way that has students, the whole stack among those trained alone. */
export function sizeLawsOf({ students: { ways, confidence } }: FeatureDistillationConfig, runs: readonly DistilledRun[], students: readonly DistilledStudent[]): SizeLaw[] {
  return ways
    .filter((way) => way !== 'whole')
    .map((way) => {
      const sizes = students.filter((student) => (student.way === way && !student.isFromLibrary) || (way === 'alone' && student.way === 'whole')).sort((one, other) => one.depth - other.depth)
      const trained = sizes.map((student) => ({ student, errors: errorsOf(runs, student) })).filter(({ errors }) => errors.length > 0)
      const points = trained.flatMap(({ student: { depth, cost, accuracy }, errors }) =>
        cost === null || accuracy === null ? [] : [{ depth, parameters: cost.parameters, errors, error: 1 - accuracy.mean, deviation: accuracy.deviation, n: errors.length }],
      )
      const fit = fitSizeLaw(points, confidence)
      return { way, points: points.map(({ depth, parameters, error, deviation, n }) => ({ depth, parameters, error, deviation, n })), fit, reason: fit === null ? reasonOf(trained.length, points) : null }
    })
}

function reasonOf(trained: number, points: readonly { readonly error: number }[]): SizeLaw['reason'] {
  if (points.length < trained) return 'no-costs'
  return points.length < FEWEST_SIZES ? 'few-sizes' : 'no-error'
}

function errorsOf(runs: readonly DistilledRun[], { id, way, depth }: DistilledStudent): { readonly seed: number; readonly error: number }[] {
  return runs
    .filter((run) => run.status === 'done' && (hasExits(way) ? run.way === way : run.arm === id))
    .flatMap(({ seed, exits }) => {
      const accuracy = exits.find((exit) => exit.depth === depth && exit.isWhole === (way === 'whole'))?.accuracy ?? null
      return accuracy === null ? [] : [{ seed, error: 1 - accuracy }]
    })
}
