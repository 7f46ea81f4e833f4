import type { QueryInput } from '../../../main/contract/queries.ts'
import type { CriticalBatchSizeReport } from '../../../main/methods/critical-batch-size/report.ts'
import { crossing, demoRuns, law, progressOf, stepMs } from './sweep.ts'
import type { DemoRun, DemoStudy } from './sweep.ts'

type Lens = Omit<QueryInput<'study.report'>, 'studyId'>

/** A report of the made-up sweep: the same shape as a real one, with a plain least-squares fit. */
export function demoReport(study: DemoStudy, lens: Lens): CriticalBatchSizeReport {
  const { sweep } = study.config
  const target = lens.target ?? sweep.target
  const value = target.value ?? 0.3
  const runs = demoRuns(study)
  const points = runs.map((run) => pointOf(study, run, value))
  const [from, to] = [lens.fitFrom ?? 0, lens.fitTo ?? Number.POSITIVE_INFINITY]
  const batches = sweep.batchSizes.map((batchSize) => {
    const own = points.filter((point) => point.batchSize === batchSize)
    const steps = own.flatMap((point) => (point.steps === null ? [] : [point.steps]))
    const k = steps.length === 0 ? null : mean(steps)
    const sd = steps.length < 2 || k === null ? null : Math.sqrt(steps.reduce((sum, step) => sum + (step - k) ** 2, 0) / (steps.length - 1))
    return {
      batchSize,
      runs: own.length,
      reached: steps.length,
      censored: own.filter((point) => point.censored).length,
      meanSteps: k,
      sdSteps: sd,
      meanExamples: k === null ? null : k * batchSize,
      sdExamples: sd === null ? null : sd * batchSize,
      meanWallMs: k === null ? null : k * stepMs(batchSize),
      stepMs: own.some((point) => point.status !== 'queued') ? stepMs(batchSize) : null,
      settled: steps.length >= 2,
      inFit: steps.length > 0 && batchSize >= from && batchSize <= to,
    }
  })
  const fitted = batches.flatMap((batch) => (batch.inFit && batch.meanSteps !== null ? [{ b: batch.batchSize, k: batch.meanSteps }] : []))
  const isEnough = fitted.length >= 4
  const inverse = line(fitted.map(({ b, k }) => ({ x: 1 / b, y: 1 / k, weight: k * k })))
  const plain = line(fitted.map(({ b, k }) => ({ x: 1 / b, y: k, weight: 1 / (k * k) })))
  const b0 = -inverse.slope / inverse.intercept
  const estimate = isEnough && b0 > 0 ? law.asymptote * (1 + Math.sqrt(1 + law.bend / law.asymptote)) : null
  const xs = Array.from({ length: 120 }, (_, i) => Math.min(...sweep.batchSizes) * (Math.max(...sweep.batchSizes) / Math.min(...sweep.batchSizes)) ** (i / 119))
  const curve = (law: (b: number) => number, times: (b: number) => number, width: number) => {
    const shown = xs.filter((b) => law(b) > 0 && Number.isFinite(law(b)))
    const y = shown.map((b) => law(b) * times(b))
    return { batchSize: shown, value: y, low: y.map((v) => v * (1 - width)), high: y.map((v) => v * (1 + width)) }
  }
  const fit = (law: 'iiduka' | 'mccandlish' | 'combined', constants: Record<string, number>, aicc: number, f: (b: number) => number) => ({
    law,
    constants,
    aicc,
    crossValidation: Math.exp(aicc / 40) * 0.05,
    steps: curve(f, () => 1, 0.08),
    examples: curve(f, (b) => b, 0.08),
  })
  const current = batches.find((batch) => batch.batchSize === sweep.currentBatchSize)
  const least = Math.min(...batches.flatMap((batch) => batch.meanExamples ?? []))
  const fastest = batches.filter((batch) => batch.meanWallMs !== null).sort((a, b) => (a.meanWallMs ?? 0) - (b.meanWallMs ?? 0))[0]
  const spentMs = runs.reduce((sum, run) => sum + progressOf(study, run) * run.steps * stepMs(run.batchSize), 0)
  const censored = points.filter((point) => point.censored).length
  return {
    method: 'critical-batch-size',
    studyId: study.id,
    target: { criterion: target.criterion ?? 'train-loss', value },
    points,
    batches,
    criticalBatchSize: {
      estimate,
      low: estimate === null ? null : estimate * 0.78,
      high: estimate === null ? null : estimate * 1.31,
      verdict: estimate !== null ? 'interior-minimum' : fitted.length < 3 ? (points.some((point) => point.status === 'done') ? 'too-few-points' : 'pending') : 'no-critical-batch',
      reason: estimate === null ? 'The sweep has not got far enough.' : `Batches near ${estimate.toFixed(0)} need the fewest examples.`,
      intervalMethod: estimate === null ? null : 'bootstrap',
    },
    asymptote: estimate === null ? null : law.asymptote,
    efficientRange: estimate === null ? null : { low: estimate * 0.64, high: estimate * 1.69 },
    timeOptimalBatchSize: fastest?.batchSize ?? null,
    fits: isEnough
      ? [
          fit('combined', { limitSteps: law.steps, bend: law.bend, b0: law.asymptote, criticalBatchSize: estimate ?? 0 }, -41.2, (b) => (law.steps * (1 + law.bend / b)) / (1 - law.asymptote / b)),
          fit('iiduka', { a: inverse.intercept, s: -inverse.slope, b0, criticalBatchSize: 2 * b0 }, -33.7, (b) => 1 / (inverse.intercept + inverse.slope / b)),
          fit('mccandlish', { minSteps: plain.intercept, bend: plain.slope / plain.intercept }, -29.4, (b) => plain.intercept + plain.slope / b),
        ]
      : [],
    preferredLaw: isEnough ? 'combined' : null,
    linearised: isEnough
      ? { x: fitted.map(({ b }) => 1 / b), y: fitted.map(({ k }) => 1 / k), fitted: fitted.map(({ b }) => inverse.intercept + inverse.slope / b), batchSize: fitted.map(({ b }) => b) }
      : null,
    noiseScale: { value: 162, low: 121, high: 214, gradientSquared: 0.0031, trace: 0.502, predictedCriticalBatchSize: 71, smoothness: 3.6, ratioToMeasured: estimate === null ? null : 71 / estimate },
    saving:
      sweep.currentBatchSize === null || estimate === null || !current?.meanExamples
        ? null
        : { currentBatchSize: sweep.currentBatchSize, examplesShare: 1 - least / current.meanExamples, timeShare: -0.31 },
    gate: {
      stage: sweep.stage,
      status: study.status === 'finished' ? 'confirmed' : 'sweeping',
      reasons: estimate === null ? ['The sweep is under way.'] : ['The interval’s high end is 1.7 times its low end; at most 2 is asked.', 'b* saves 14% of the examples; at least 10% is asked.'],
      details: estimate === null ? [] : [{ code: 'interval-narrow', facts: { ratio: 1.7, allowed: 2 } }, { code: 'saving-enough', facts: { size: 64, share: 0.14, wanted: 0.1 } }],
    },
    spent: { examples: runs.reduce((sum, run) => sum + progressOf(study, run) * run.steps * run.batchSize, 0), hours: spentMs / 3_600_000, money: (spentMs / 3_600_000) * sweep.hourlyRate },
    warnings: censored > 0 ? [{ code: 'censored', message: `${censored} of ${points.length} runs gave up before the target; they are shown and kept out of the fit.`, facts: { count: censored, total: points.length } }] : [],
  }
}

function pointOf(study: DemoStudy, run: DemoRun, value: number): CriticalBatchSizeReport['points'][number] {
  const share = progressOf(study, run)
  const examples = crossing(run, value, share)
  const isOver = share >= 1
  return {
    runId: run.id,
    batchSize: run.batchSize,
    seed: run.seed,
    steps: examples === null ? null : examples / run.batchSize,
    examples,
    functionEvaluations: 0,
    wallMs: examples === null ? null : (examples / run.batchSize) * stepMs(run.batchSize),
    censored: isOver && examples === null,
    censoredAtSteps: isOver && examples === null ? run.steps : null,
    learningRate: 0.1,
    role: 'sweep',
    status: isOver ? 'done' : share > 0 ? 'running' : 'queued',
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function line(points: readonly { x: number; y: number; weight: number }[]): { slope: number; intercept: number } {
  const sum = (read: (point: { x: number; y: number; weight: number }) => number) => points.reduce((total, point) => total + read(point), 0)
  const weights = sum(({ weight }) => weight)
  const mx = sum(({ x, weight }) => weight * x) / weights
  const my = sum(({ y, weight }) => weight * y) / weights
  const slope = sum(({ x, y, weight }) => weight * (x - mx) * (y - my)) / sum(({ x, weight }) => weight * (x - mx) ** 2)
  return { slope, intercept: my - slope * mx }
}
