import { describe, expect, it } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import type { Dataset, Examples } from './datasets/dataset.ts'
import { evaluateTest } from './evaluate-run.ts'
import type { EvaluationContext } from './evaluate-run.ts'
import type { ExitOutputs } from './predictions.ts'

const labels = Int32Array.of(0, 1, 1)
const some: Examples = { count: 3, inputs: { shape: [3, 1], type: 'float32', values: new Float32Array(3) }, labels: { shape: [3], type: 'int32', values: labels } }
const exit = (depth: number, isWhole: boolean, loss: number): ExitOutputs => ({ depth, isWhole, loss, accuracy: loss / 10, predicted: labels, confidence: Float32Array.of(1, 1, 1) })

/** Counts how often the test examples are passed through a model. */
function evaluated(config: object, { exits, test = some }: { readonly exits: readonly ExitOutputs[]; readonly test?: Examples }) {
  const passes: string[] = []
  const traces = {
    predictor: (_: unknown, __: unknown, split: string) => async () => (passes.push(`predict ${split}`), exits),
    evaluator: (_: unknown, __: unknown, split: string) => async () => (passes.push(`evaluate ${split}`), { loss: 9, accuracy: 0.9 }),
  }
  const dataset: Pick<Dataset, 'test' | 'validation' | 'classes'> = { test, validation: some, classes: 2 }
  // Only what an evaluation of the test examples asks for.
  const context = { config: runConfig.parse(config), dataset, traces, variables: {} } as unknown as EvaluationContext
  const told: string[] = []
  return evaluateTest(context, ({ split, exits: all }) => told.push(`${split} ${all.length}`)).then((values) => ({ values, passes, told }))
}

describe('the test examples', () => {
  it('are passed once where all exits are asked, and the run’s own is the first', async () => {
    const distilled = await evaluated({ distillation: { students: [2, 1] } }, { exits: [exit(2, false, 2), exit(1, false, 1), exit(4, true, 4)] })
    expect(distilled).toEqual({ values: { 'test/loss': 2, 'test/accuracy': 0.2, 'whole/test-loss': 4, 'whole/test-accuracy': 0.4 }, passes: ['predict test'], told: [] })
    const plain = await evaluated({ evaluation: { predictions: true } }, { exits: [exit(4, true, 4)] })
    expect(plain).toEqual({ values: { 'test/loss': 4, 'test/accuracy': 0.4 }, passes: ['predict test'], told: ['test 1'] })
  })

  it('are evaluated where nothing is predicted, and left alone where they are not asked for', async () => {
    expect(await evaluated({}, { exits: [] })).toEqual({ values: { 'test/loss': 9, 'test/accuracy': 0.9 }, passes: ['evaluate test'], told: [] })
    expect(await evaluated({ evaluation: { predictions: true, testAtEnd: false } }, { exits: [exit(4, true, 4)] })).toEqual({ values: {}, passes: ['predict validation'], told: ['validation 1'] })
  })
})
