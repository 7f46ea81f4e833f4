import type { CommandOutput } from '../contract/commands.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { Study } from '../methods/study.ts'
import type { EngineParts } from './parts.ts'
import type { Prepared, Preparation } from './preparation.ts'
import { factsOf, lanesOf, sizeOf } from './studies.ts'
import { studySettings } from './study-settings.ts'

/**
 * Forecasts what a study would take: times a few steps of each kind that its runs make, and multiplies with what the method plans. Workers on other machines must be there for it.
 *
 * A forecast of its first plan: a study that adds seeds or stops hopeless batch sizes takes more or less. The seconds
 * suppose that lanes do not slow each other down, which holds for small models on a CPU and is optimistic for large ones.
 */
export async function estimateStudy(options: {
  readonly config: StudyConfig
  readonly study: Study<StudyConfig, unknown>
  readonly preparation: Preparation
  readonly parts: Pick<EngineParts, 'loadCompressors' | 'gatherWorkers'>
}): Promise<CommandOutput<'study.estimate'>> {
  const { config, study, preparation, parts } = options
  const prepared = await preparation.prepare(config.run, sizeOf(config))
  const facts = await factsOf(prepared.dataset, config)
  study.check(config, { ...facts, parameters: prepared.cost.parameters })
  const planned = study.plan(config, [], facts)
  const progress = study.progress(config, [], facts)

  const warnings = await firstOfEachCode(planned.map((run) => run.config), prepared)
  const lanes = lanesOf(prepared)
  const measured = new Map<string, number>()
  const msOf = ({ config: run }: { readonly config: RunConfig }) => measured.get(stepOf(run)) ?? 0
  const inOrder = planned.toSorted((a, b) => a.config.batchSize - b.config.batchSize)
  try {
    const trainer = await lanes.acquire()
    for (const { config: run } of inOrder) {
      if (measured.has(stepOf(run))) continue
      const exchangeParts = run.exchange === null ? {} : { createCompressor: await parts.loadCompressors(), gatherWorkers: parts.gatherWorkers }
      measured.set(stepOf(run), (await trainer.measureStep(run, exchangeParts)).ms)
    }
  } finally {
    await lanes.close()
  }

  const stepMs = [...Map.groupBy(inOrder, ({ config: { batchSize } }) => batchSize)].map(([batchSize, runs]) => ({ batchSize, ms: sum(runs.map(msOf)) / runs.length }))
  const firstPlanExamples = sum(planned.map((run) => run.forecastExamples))
  const firstPlanSeconds = sum(planned.map((run) => ((run.forecastExamples / run.config.batchSize) * msOf(run)) / 1000))
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

/** What the time of a step depends on. Where weights come from, how many labels are used and when a run may end is not among it. */
function stepOf({ model, batchSize, optimizer, exchange, distillation, decorrelation }: RunConfig): string {
  const distilled = distillation && { ...distillation, frontInit: null, rearInit: null }
  const decorrelated = decorrelation && { ...decorrelation, labelFraction: null, taskThreshold: null, unlabelledThreshold: null, labelledThreshold: null }
  return JSON.stringify([model, batchSize, optimizer.kind, exchange, distilled, decorrelated])
}

/** What is to be said of the planned runs before the first step of any. */
async function firstOfEachCode(configs: readonly RunConfig[], prepared: Pick<Prepared, 'couplingWarnings'>) {
  const all = await Promise.all(configs.map((config) => prepared.couplingWarnings(config)))
  return [...Map.groupBy(all.flat(), ({ code }) => code).values()].flatMap(([first]) => (first === undefined ? [] : [first]))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
