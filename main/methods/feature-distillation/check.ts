import { LoupeError, type ErrorFacts } from '../../contract/errors.ts'
import { depthOf } from '../../contract/model-depth.ts'
import type { DatasetFacts } from '../study.ts'
import { everyArm, isChain, modelOfArm, studentDepthsOf, type Arm } from './arms.ts'
import { startOf, type FeatureDistillationConfig } from './config.ts'
import { chooseRears } from './decisions.ts'
import { runConfigOf } from './run-configs.ts'

/**
 * Refuses what the schema cannot see: cut points that do not exist, ways that contradict the model or the data, and a choice without a candidate.
 *
 * @throws LoupeError `invalid-input`, whose `way` names the way where it is one.
 */
export function checkComparison(config: FeatureDistillationConfig, facts: DatasetFacts): void {
  const { run, distillation, students } = config
  if (facts.validationExamples === 0 && !run.evaluation.testAtEnd) {
    refuse('The students are held against each other by their accuracy, but no example is held out and the test examples are not evaluated. Set run.dataset.validationExamples above 0, or run.evaluation.testAtEnd to true.', { path: 'run.dataset.validationExamples' })
  }
  if (students.batchSize > facts.trainExamples) {
    refuse(`The batch size ${students.batchSize} is larger than the ${facts.trainExamples} training examples. Use at most ${facts.trainExamples}.`, { path: 'students.batchSize', batchSize: students.batchSize, trainExamples: facts.trainExamples })
  }
  checkDepths(config)
  if (distillation.frontWeight === 0 && distillation.rearWeight === 0 && students.ways.some((way) => isChain(way) && way !== 'frozen-rear')) {
    refuse('Neither the students nor the whole stack have a task loss (distillation.frontWeight and distillation.rearWeight are 0), so a second extractor that begins at random never learns. Set one of them above 0, or compare "frozen-rear" alone.', { path: 'distillation.rearWeight' })
  }
  if (!students.measureLatency && (students.objective === 'latency' || students.maxLatencyMs !== null)) {
    refuse('A latency is to be kept or minimised, and none is measured. Set students.measureLatency to true, or take the latency out of students.objective and students.maxLatencyMs.', { path: 'students.measureLatency' })
  }
  for (const arm of everyArm(config)) checkArm(config, facts, arm)
  checkLibrary(config, facts)
}

function checkDepths({ run, students }: FeatureDistillationConfig): void {
  const whole = depthOf(run.model)
  const tooDeep = students.depths.find((depth) => depth >= whole)
  if (tooDeep === undefined) return
  const most = whole - 1
  refuse(
    whole < 2
      ? `The model has ${whole === 0 ? 'no block' : 'one block'}, so it cannot be cut into a student and a second extractor. Give it at least 2 blocks.`
      : `A student of ${tooDeep} blocks leaves no second extractor: the model has ${whole}. Use depths from 1 to ${most} in students.depths, or a deeper model.`,
    { path: 'students.depths', depth: tooDeep, blocks: whole },
  )
}

/** Whether the arm's model can be written, cut and tapped. */
function checkArm(config: FeatureDistillationConfig, facts: DatasetFacts, arm: Arm): void {
  try {
    if (isChain(arm.way) && arm.way !== 'self-distillation') for (const depth of studentDepthsOf(arm, config)) checkTaps(config, { depth, rear: depthOf(modelOfArm(config, arm)) - depth })
    const model = modelOfArm(config, arm)
    facts.cutCost?.(model, depthOf(model))
    // Which run it starts from does not matter here, only that it does from one.
    facts.checkDistillation?.(runConfigOf({ config, facts, arm, seed: config.students.firstSeed, startRun: startOf(arm.way) }))
  } catch (error) {
    if (!(error instanceof LoupeError)) throw error
    const remedy = arm.isFromLibrary ? 'Or take that length out of students.rearDepths' : `Or take "${arm.way}" out of students.ways`
    throw new LoupeError(error.code, `The way "${arm.way}"${arm.depth === null ? '' : ` at ${arm.depth} blocks`} does not fit: ${error.message} ${remedy}.`, { ...error.facts, way: arm.way })
  }
}

function checkTaps({ distillation }: FeatureDistillationConfig, { depth, rear }: { readonly depth: number; readonly rear: number }): void {
  distillation.taps.forEach((tap, index) => {
    const path = `distillation.taps.${index}`
    if (tap.front !== null && tap.front > depth) refuse(`Pair ${index + 1} taps block ${tap.front} of the first extractor, and a student has ${depth}. Use null for its last block, or at most ${depth}.`, { path: `${path}.front`, tap: tap.front, depth })
    if (tap.rear !== null && tap.rear > rear) refuse(`Pair ${index + 1} taps block ${tap.rear} of the second extractor, and behind a student of ${depth} blocks it has ${rear}. Use null for its last block, or at most ${rear}.`, { path: `${path}.rear`, tap: tap.rear, rear, depth })
  })
}

/** The choice before training: some second extractor of each student must be within the limits of training. */
function checkLibrary(config: FeatureDistillationConfig, facts: DatasetFacts): void {
  const untrained = { ...config, students: { ...config.students, minAccuracy: null } }
  for (const { way, depth, decision } of chooseRears(untrained, [], facts)) {
    if (decision.binding.length === 0) continue
    const nearest = decision.candidates.find(({ id }) => id === decision.nearest)
    const taken = nearest === undefined ? '' : `; the nearest, ${nearest.id}, takes ${(nearest.memoryBytes / 2 ** 20).toPrecision(3)} MiB and ${(nearest.macs / 1e6).toPrecision(3)} million multiply-accumulates`
    refuse(`No second extractor for "${way}" at ${depth} blocks is within the limits of training (${decision.binding.join(', ')})${taken}. Raise students.maxTrainingMemoryMiB or students.maxTrainingMegaMacs, or add a shorter one to students.rearDepths.`, {
      path: 'students.rearDepths',
      ...{ way, depth, limits: [...decision.binding], nearest: decision.nearest },
    })
  }
}

function refuse(message: string, facts: ErrorFacts): never {
  throw new LoupeError('invalid-input', message, facts)
}
