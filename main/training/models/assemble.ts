import type { HostArrays } from '../../tensorflow/runtime.ts'
import { Random } from '../random.ts'
import { sizeOf } from './initializers.ts'
import { connect, ForwardPass, totals, type Layer, type LayerBuilder, type ParameterSpec, type Shape } from './layers/layer.ts'
import { requireBlocks, requireInputShape, type Stack, type StackPart } from './stack.ts'

const BYTES_PER_NUMBER = 4

/** A stack's parts as chains of layers, which wait for the shapes. */
export interface StackedLayers {
  /** Of the model with so many blocks. */
  readonly titleAt: (depth: number) => string
  readonly inputShape: Shape
  readonly classes: number
  readonly couplesExamples: boolean
  readonly stem: LayerBuilder
  readonly blocks: readonly LayerBuilder[]
  /** From the feature after so many blocks to logits, `[classes]`; the names of parameters begin with `prefix`. */
  readonly head: (depth: number, prefix: string) => LayerBuilder
}

/**
 * Makes a stack of chains of layers: what its parts own, cost and compute follows from the chains.
 *
 * Activation bytes are an estimate: the input, and for each layer the outputs that a gradient reads, 4 bytes a number,
 * all alive at the same moment. What TensorFlow frees early, fuses or copies in between is not counted.
 */
export function assemble({ titleAt, inputShape, classes, couplesExamples, stem, blocks: builders, head }: StackedLayers): Stack {
  const title = titleAt(builders.length)
  const [stemLayer, ...layers] = connect([stem, ...builders], inputShape) as [Layer, ...Layer[]] // one for each builder
  const place = (depth: number) => ({
    title,
    inputShape: (layers[depth - 1] ?? stemLayer).outputShape,
    drawsBefore: totals([stemLayer, ...layers.slice(0, depth)]).draws,
    keptBefore: 0,
  })
  const blocks = layers.map((layer, index) => partOf({ ...place(index), name: `block${index + 1}`, layer }))
  return {
    title,
    titleAt,
    inputShape,
    classes,
    couplesExamples,
    stem: partOf({ name: 'stem', title, layer: stemLayer, inputShape, drawsBefore: 0, keptBefore: sizeOf(inputShape) }),
    blocks,
    head: (depth, prefix = '') => {
      if (depth !== blocks.length) requireBlocks({ title, blocks }, depth)
      const at = place(depth)
      return partOf({ ...at, name: `${prefix}head`, layer: head(depth, prefix)(at.inputShape), drawsBefore: at.drawsBefore + shiftOf(prefix) })
    },
  }
}

interface PartOptions {
  readonly name: string
  /** Of the stack, for errors. */
  readonly title: string
  readonly layer: Layer
  readonly inputShape: Shape
  readonly drawsBefore: number
  /** Numbers of one example that the backward pass reads beside the layer's own. */
  readonly keptBefore: number
}

function partOf({ name, title, layer, inputShape, drawsBefore, keptBefore }: PartOptions): StackPart {
  return {
    name,
    inputShape,
    outputShape: layer.outputShape,
    cost: {
      parameters: layer.parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0),
      macsPerExample: layer.macs,
      activationBytesPerExample: BYTES_PER_NUMBER * (keptBefore + layer.kept),
    },
    init: (random) => drawParameters(layer.parameters, random),
    initStatistics: () => drawParameters(layer.statistics, Random.seeded(0)),
    apply: (parameters, statistics, x, mode) => {
      requireInputShape(x, inputShape, `${name} of ${title}`)
      const pass = new ForwardPass(parameters, statistics, { ...mode, drawsBefore })
      return { output: layer.apply(x, pass), statistics: pass.statistics }
    },
  }
}

/** Another number for another prefix, 0 for none, so that heads beside each other draw masks of their own. */
function shiftOf(prefix: string): number {
  return [...prefix].reduce((hash, character) => (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0, 0)
}

/** The initial values of parameters, drawn in their order. */
export function drawParameters(parameters: readonly ParameterSpec[], random: Random): HostArrays {
  return Object.fromEntries(
    parameters.map(({ name, shape, initializer }) => [name, { shape, type: 'float32' as const, values: initializer(shape, random) }]),
  )
}
