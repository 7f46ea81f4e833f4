import { LoupeError, type ErrorFacts } from '../../contract/errors.ts'
import type { DatasetFacts } from '../study.ts'
import { everyArm, hasUnlabelledTerm, labelsOf, type Arm } from './arms.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import { runConfigOf } from './run-configs.ts'

/**
 * Refuses what the schema cannot see: ways without the data that they need, and so few labels that there is no batch of them, or not one of each class.
 *
 * @throws LoupeError `invalid-input`, whose `way` names the way where it is one.
 */
export function checkComparison(config: ChannelDecorrelationConfig, facts: DatasetFacts): void {
  const { run } = config
  if (facts.validationExamples === 0 && !run.evaluation.testAtEnd) {
    refuse('The ways are held against each other by their accuracy, but no example is held out and the test examples are not evaluated. Set run.dataset.validationExamples above 0, or run.evaluation.testAtEnd to true.', { path: 'run.dataset.validationExamples' })
  }
  checkLabels(config, facts)
  checkUnlabelled(config, facts)
  for (const arm of everyArm(config)) checkArm(config, facts, arm)
}

function checkLabels({ labels: { fractions, batchSize } }: ChannelDecorrelationConfig, { trainExamples, classes = 0 }: DatasetFacts): void {
  const fraction = Math.min(...fractions)
  const labels = labelsOf(fraction, trainExamples)
  const index = fractions.indexOf(fraction)
  const told = { path: `labels.fractions.${index}`, fraction, labels, trainExamples }
  if (labels < classes) {
    refuse(`A fraction of ${fraction} leaves ${labels} labelled ${labels === 1 ? 'example' : 'examples'} of the ${trainExamples} training examples, fewer than the ${classes} classes, so some class would have none. Use ${leastFraction(classes, trainExamples)} or more, or more training examples.`, { ...told, classes })
  }
  if (labels < batchSize) {
    refuse(`A fraction of ${fraction} leaves ${labels} labelled ${labels === 1 ? 'example' : 'examples'} of the ${trainExamples} training examples, fewer than the batch size ${batchSize}. ${batchSize > trainExamples ? '' : `Use ${leastFraction(batchSize, trainExamples)} or more in labels.fractions, or `}${batchSize > trainExamples ? 'Use' : 'use'} a smaller labels.batchSize, at least 3.`, { ...told, batchSize })
  }
}

/** The smallest fraction, to three digits, that leaves as many. */
function leastFraction(examples: number, trainExamples: number): number {
  const exact = examples / trainExamples
  const step = 10 ** (Math.floor(Math.log10(exact)) - 2)
  return Number((Math.ceil(exact / step - 1e-9) * step).toPrecision(3))
}

function checkUnlabelled({ labels: { ways }, decorrelation: { unlabelledSets } }: ChannelDecorrelationConfig, { trainExamples }: DatasetFacts): void {
  const way = ways.find(hasUnlabelledTerm)
  if (way === undefined) return
  if (unlabelledSets.length === 0) {
    refuse(`The way "${way}" decorrelates unlabelled examples, and there is no unlabelled set. Add one to decorrelation.unlabelledSets, such as "training", or take "${way}" out of labels.ways.`, { path: 'decorrelation.unlabelledSets', way })
  }
  unlabelledSets.forEach(({ name, fraction, batchSize }, index) => {
    const examples = labelsOf(fraction, trainExamples)
    if (name === 'training' && batchSize > examples) {
      refuse(`Unlabelled set ${index + 1} takes ${batchSize} examples a step of the ${examples} that a fraction of ${fraction} of the training examples leaves. Use a batch size of ${examples} or less, or a larger fraction.`, { path: `decorrelation.unlabelledSets.${index}.batchSize`, batchSize, examples })
    }
  })
}

/** Whether the arm's run can be trained as it says. */
function checkArm(config: ChannelDecorrelationConfig, facts: DatasetFacts, arm: Arm): void {
  try {
    facts.checkDecorrelation?.(runConfigOf({ config, arm, seed: config.labels.firstSeed }))
  } catch (error) {
    if (!(error instanceof LoupeError)) throw error
    throw new LoupeError(error.code, `The way "${arm.way}" on ${arm.fraction} of the labels does not fit: ${error.message}`, { ...error.facts, way: arm.way, fraction: arm.fraction })
  }
}

function refuse(message: string, facts: ErrorFacts): never {
  throw new LoupeError('invalid-input', message, facts)
}
