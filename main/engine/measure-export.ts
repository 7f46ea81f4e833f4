import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from '../tensorflow/runtime.ts'
import type { Dataset, Examples } from '../training/datasets/dataset.ts'

/** Logits of so many examples: float32 `[count, classes]`. */
type Predict = (x: Float32Array) => Promise<Float32Array>

/** What an exported model is measured on. */
export interface MeasuredExamples {
  readonly dataset: Pick<Dataset, 'shape' | 'classes'>
  readonly examples: Examples
}

const CHUNK = 256

/**
 * The accuracy of a SavedModel on raw examples, loaded and run by TensorFlow as anybody would. Its last batch is as small as is left over.
 *
 * @param folder  Holds `saved_model.pb`.
 */
export async function measureSavedModel(folder: string, measured: MeasuredExamples): Promise<number> {
  const { loadSavedModel } = await import('../tensorflow/open.ts')
  const model = await loadSavedModel(folder)
  const { shape } = measured.dataset
  try {
    return await accuracyOf(measured, async (values) => (await model.run({ input: { shape: [values.length / sizeOf(shape), ...shape], type: 'float32', values } }))['logits'] ?? new Float32Array())
  } finally {
    model.close()
  }
}

/**
 * The accuracy of a tfjs graph model on raw examples: its files are read by tfjs' own loader, and its operations run on a session of the
 * engine, for tfjs' plain JavaScript would take minutes.
 *
 * @param folder  Holds `model.json` and the weights.
 */
export async function measureGraphModel(folder: string, measured: MeasuredExamples, runtime: Runtime): Promise<number> {
  const { runGraphModel } = await import('../tensorflow/graph-model.ts')
  const names = await readdir(folder)
  const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, new Uint8Array(await readFile(join(folder, name)))] as const)))
  const { shape } = measured.dataset
  const session = await runtime.openSession()
  const compile = (count: number) => {
    const step = session.compile({ name: `graph-model-${count}`, inputs: { x: { shape: [count, ...shape], type: 'float32' } }, trace: ({ inputs }) => ({ logits: runGraphModel(files, { input: inputs.x }, ['logits'])[0]! }) })
    return async (x: Float32Array) => Float32Array.from((await step.run({ x })).logits)
  }
  const steps = new Map<number, Predict>()
  try {
    return await accuracyOf(measured, async (values) => {
      const count = values.length / sizeOf(shape)
      const step = steps.get(count) ?? compile(count)
      steps.set(count, step)
      return await step(values)
    })
  } finally {
    await session.close()
  }
}

/** The share of examples whose largest logit is that of their label. */
async function accuracyOf({ dataset, examples }: MeasuredExamples, predict: Predict): Promise<number> {
  const { classes } = dataset
  const size = sizeOf(dataset.shape)
  let correct = 0
  for (let start = 0; start < examples.count; start += CHUNK) {
    const end = Math.min(examples.count, start + CHUNK)
    const logits = await predict(Float32Array.from(examples.inputs.values.subarray(start * size, end * size)))
    for (let example = start; example < end; example++) {
      if (indexOfLargest(logits.subarray((example - start) * classes, (example - start + 1) * classes)) === examples.labels.values[example]) correct++
    }
  }
  return correct / examples.count
}

function indexOfLargest(values: Float32Array): number {
  let best = 0
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index
  return best
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
