import type * as tf from '@tensorflow/tfjs'
import type { DistillationConfig } from '../../contract/distillation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import type { ForwardMode, Model } from '../models/model.ts'
import { requireInputShape, sumCosts, wholeModel } from '../models/stack.ts'
import type { Stack, StackPart } from '../models/stack.ts'
import { Random } from '../random.ts'
import { planAdaptor } from './adaptors.ts'
import type { Adaptor } from './adaptors.ts'
import { detach } from '../features/stop-gradient.ts'

/** Two blocks of the chain, counted from its first: the feature after `front` is drawn towards that after `rear`. */
export interface ChainPair {
  /** Before the names of the adaptor's parameters. */
  readonly name: string
  readonly front: number
  readonly rear: number
  readonly weight: number
  /** Null where the features have the same shape, as the source has it (claim 2). */
  readonly adaptor: Adaptor | null
}

/** How a pass through the chain is made; the parts may differ, for a second extractor that is not trained stays in inference mode. */
export interface ChainMode {
  readonly front: ForwardMode
  readonly rear: ForwardMode
  /** The second extractor's input is a constant: none of its gradient reaches the first. */
  readonly isCut: boolean
  /** Without the students' heads, as for a teacher; with them where left out. */
  readonly isHeadless?: boolean
}

export interface ChainForward {
  /** After each block, `[batch, ...]`; the first block's first. */
  readonly features: readonly tf.Tensor[]
  /** float32 `[batch, classes]` of each student, in the order of the config. */
  readonly students: readonly tf.Tensor2D[]
  readonly whole: tf.Tensor2D
  readonly statistics: Tensors
}

/**
 * A model as a first extractor with a second one stacked on it (source, claim 1): the whole model, and students that are its first blocks with heads
 * of their own, over one table of parameters.
 *
 *     x → stem → block 1 … block d (z₁) → block d + 1 … block D (z₂) → head: the whole chain
 *                                  └→ exit d: the student
 *
 * Parameters are those of the whole model, under the same names and with the same initial values, and after them `exit{d}/…` of each student and
 * `adaptor{i}-{j}/…` of each pair that needs one.
 */
export interface Chain {
  readonly stack: Stack
  readonly students: readonly number[]
  /** Blocks of the whole chain. */
  readonly depth: number
  /** Blocks of the deepest student: the first extractor. */
  readonly frontDepth: number
  readonly pairs: readonly ChainPair[]
  /** Of the first extractor, the students' heads and the adaptors. */
  readonly frontNames: readonly string[]
  readonly rearNames: readonly string[]
  /** The run's model: the first student, over the chain's parameters; its cost is that of training the chain. */
  readonly model: Model
  forward(parameters: Tensors, statistics: Tensors, x: tf.Tensor, mode: ChainMode): ChainForward
}

/**
 * @throws LoupeError `invalid-input` for a student or a block that the chain does not have; `shape-mismatch` for features that cannot be compared.
 */
export function createChain(stack: Stack, config: Pick<DistillationConfig, 'students' | 'taps' | 'adaptor'>): Chain {
  const { students } = config
  const depth = stack.blocks.length
  requireStudents(stack, students)
  const frontDepth = Math.max(...students)
  const pairs = pairsOf(stack, config)
  const heads = students.map((student) => stack.head(student, exitPrefix(student)))
  const own = stack.head(depth)
  const front = [stack.stem, ...stack.blocks.slice(0, frontDepth)]
  const rear = [...stack.blocks.slice(frontDepth), own]
  const ordered = [...front, ...rear, ...heads]
  const init = (random: Random): HostArrays => Object.assign({}, ...ordered.map((part) => part.init(random)), ...pairs.map(({ adaptor, name }) => adaptor?.init(name, random) ?? {}))
  const initStatistics = (): HostArrays => Object.assign({}, ...ordered.map((part) => part.initStatistics()))
  const namesOf = (parts: readonly StackPart[]): string[] => parts.flatMap((part) => Object.keys(part.init(Random.seeded(0))))
  const rearNames = namesOf(rear)

  const forward: Chain['forward'] = (parameters, statistics, x, mode) => {
    requireInputShape(x, stack.inputShape, stack.title)
    let [output, after] = [x, statistics]
    const pass = (part: StackPart, input: tf.Tensor, how: ForwardMode): tf.Tensor => {
      const passed = part.apply(parameters, after, input, how)
      after = passed.statistics
      return passed.output
    }
    output = pass(stack.stem, output, mode.front)
    const features: tf.Tensor[] = []
    for (const [index, block] of stack.blocks.entries()) {
      if (index === frontDepth && mode.isCut) output = detach(output)
      output = pass(block, output, index < frontDepth ? mode.front : mode.rear)
      features.push(output)
    }
    const whole = pass(own, output, mode.rear) as tf.Tensor2D // heads give rows of logits
    const logits = mode.isHeadless === true ? [] : heads.map((head, index) => pass(head, features[students[index]! - 1]!, mode.front) as tf.Tensor2D)
    return { features, students: logits, whole, statistics: after }
  }

  const [first = depth] = students
  const costs = sumCosts(ordered)
  const adaptors = pairs.flatMap(({ adaptor }) => adaptor ?? [])
  const model: Model = {
    title: `${stack.titleAt(first)} drawn towards ${depth - first} more ${depth - first === 1 ? 'block' : 'blocks'}`,
    inputShape: stack.inputShape,
    classes: stack.classes,
    couplesExamples: stack.couplesExamples,
    cost: {
      ...costs,
      parameters: costs.parameters + adaptors.reduce((sum, { cost }) => sum + cost.parameters, 0),
      macsPerExample: costs.macsPerExample + adaptors.reduce((sum, { cost }) => sum + cost.macsPerExample, 0),
    },
    init,
    initStatistics,
    forward: (parameters, statistics, x, mode) => {
      requireInputShape(x, stack.inputShape, stack.title)
      const parts = [stack.stem, ...stack.blocks.slice(0, first), heads[0]!]
      let [output, after] = [x, statistics]
      for (const part of parts) ({ output, statistics: after } = part.apply(parameters, after, output, mode))
      return { logits: output as tf.Tensor2D, statistics: after } // a head gives rows of logits
    },
  }
  return { stack, students, depth, frontDepth, pairs, frontNames: [...namesOf(front), ...namesOf(heads), ...pairs.flatMap(({ adaptor, name }) => (adaptor?.parameters(name) ?? []).map((parameter) => parameter.name))], rearNames, model, forward }
}

/** Before the names of the head of the student that ends after so many blocks. */
export function exitPrefix(depth: number): string {
  return `exit${depth}/`
}

function requireStudents(stack: Stack, students: readonly number[]): void {
  const depth = stack.blocks.length
  const odd = students.find((student) => student < 1 || student >= depth)
  if (odd !== undefined) {
    const remedy = depth < 2 ? 'Choose a model of at least 2 blocks.' : `Choose a student of 1 to ${depth - 1} blocks, or a deeper model.`
    throw new LoupeError('invalid-input', `A student of ${odd} blocks leaves no second extractor: ${stack.title} has ${depth} ${depth === 1 ? 'block' : 'blocks'}. ${remedy}`, { student: odd, blocks: depth })
  }
  if (new Set(students).size !== students.length) throw new LoupeError('invalid-input', `The students [${students.join(', ')}] name a depth twice. Write each once.`, { students })
}

/** Each pair of the config for each student, in blocks of the chain; pairs that are the same for several students stand once. */
function pairsOf(stack: Stack, { students, taps, adaptor }: Pick<DistillationConfig, 'students' | 'taps' | 'adaptor'>): ChainPair[] {
  const depth = stack.blocks.length
  const found = new Map<string, ChainPair>()
  for (const tap of taps) {
    for (const student of students) {
      const front = tap.front ?? student
      const rear = student + (tap.rear ?? depth - student)
      if (front > student) throw new LoupeError('invalid-input', `The first extractor has no block ${front}: the student has ${student}. Choose a block from 1 to ${student}, or null for its last.`, { front, student })
      if (rear > depth) {
        const blocks = depth - student
        throw new LoupeError('invalid-input', `The second extractor has no block ${tap.rear}: on a student of ${student} blocks it has ${blocks}. Choose a block from 1 to ${blocks}, or null for its last.`, { rear: tap.rear, student, blocks })
      }
      const name = `adaptor${front}-${rear}`
      if (!found.has(name)) found.set(name, { name, front, rear, weight: tap.weight, adaptor: adaptorOf(stack, { front, rear, adaptor }) })
    }
  }
  return [...found.values()]
}

function adaptorOf(stack: Stack, { front, rear, adaptor }: { readonly front: number; readonly rear: number; readonly adaptor: DistillationConfig['adaptor'] }): Adaptor | null {
  const [from, to] = [stack.blocks[front - 1]!.outputShape, stack.blocks[rear - 1]!.outputShape] // checked before
  if (from.join() === to.join()) return null
  if (adaptor === 'auto') return planAdaptor({ from, to })
  throw new LoupeError(
    'shape-mismatch',
    `The feature after block ${front} is [${from.join(', ')}] and that after block ${rear} is [${to.join(', ')}]; they can only be compared where they are of the same shape. Set adaptor to "auto", or choose a model whose blocks keep their shape.`,
    { front, rear, from, to },
  )
}

/** The whole chain as a plain model, over the same names. */
export function wholeOf(chain: Chain): Model {
  return wholeModel(chain.stack)
}
