import type { CommandOutput } from '../contract/commands.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { Study } from '../methods/study.ts'
import type { Prepared, Preparation } from './preparation.ts'
import { factsOf, lanesOf, sizeOf } from './study-queue.ts'
import { studySettings } from './study-settings.ts'

/**
 * Forecasts what a study would take: times a few steps at each batch size, and multiplies with what the method plans.
 *
 * A forecast of its first plan: a study that adds seeds or stops hopeless batch sizes takes more or less. The seconds
 * suppose that lanes do not slow each other down, which holds for small models on a CPU and is optimistic for large ones.
 */
export async function estimateStudy(options: { readonly config: StudyConfig; readonly study: Study<StudyConfig, unknown>; readonly preparation: Preparation }): Promise<CommandOutput<'study.estimate'>> {
  const { config, study, preparation } = options
  const prepared = await preparation.prepare(config.run, sizeOf(config))
  const facts = factsOf(prepared.dataset)
  study.check(config, { ...facts, parameters: prepared.cost.parameters })
  const planned = study.plan(config, [], facts)
  const progress = study.progress(config, [], facts)

  const warnings = await firstOfEachCode(planned.map((run) => run.config), prepared)
  const lanes = lanesOf(prepared)
  const stepMs: { readonly batchSize: number; readonly ms: number }[] = []
  try {
    const trainer = await lanes.acquire()
    const oneOfEach = new Map(planned.map((run) => [run.config.batchSize, run.config]))
    for (const [batchSize, run] of [...oneOfEach].sort(([a], [b]) => a - b)) stepMs.push({ batchSize, ms: (await trainer.measureStep(run)).ms })
  } finally {
    await lanes.close()
  }

  const msOf = new Map(stepMs.map(({ batchSize, ms }) => [batchSize, ms]))
  const firstPlanExamples = sum(planned.map((run) => run.forecastExamples))
  const firstPlanSeconds = sum(planned.map((run) => ((run.forecastExamples / run.config.batchSize) * (msOf.get(run.config.batchSize) ?? 0)) / 1000))
  // A method that expects to plan more than its first answer says so in its progress: the rest is taken to cost the same.
  const examples = Math.max(firstPlanExamples, progress.examplesPlanned)
  const seconds = (firstPlanExamples > 0 ? firstPlanSeconds * (examples / firstPlanExamples) : 0) / Math.min(lanes.limit, Math.max(1, planned.length))
  return {
    seconds,
    examples,
    runs: Math.max(planned.length, progress.runsPlanned),
    money: (seconds / 3600) * studySettings(config).hourlyRate,
    stepMs,
    parameters: prepared.cost.parameters,
    macsPerExample: prepared.cost.macsPerExample,
    memoryBytes: lanes.limit * prepared.laneBytes,
    warnings,
  }
}

/** What is to be said of the planned runs before the first step of any. */
async function firstOfEachCode(configs: readonly RunConfig[], prepared: Pick<Prepared, 'couplingWarnings'>) {
  const all = await Promise.all(configs.map((config) => prepared.couplingWarnings(config)))
  return [...Map.groupBy(all.flat(), ({ code }) => code).values()].flatMap(([first]) => (first === undefined ? [] : [first]))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
