import { tf } from '../../../tensorflow/tf.ts'
import { sizeOf } from '../initializers.ts'
import { chain, totals, type LayerBuilder } from './layer.ts'

/** The branch's output added to the input, or to what `shortcut` makes of the input where their shapes differ. */
export function residual(branch: LayerBuilder, shortcut: LayerBuilder = chain()): LayerBuilder {
  return (shape) => {
    const branchLayer = branch(shape)
    const shortcutLayer = shortcut(shape)
    const sums = totals([branchLayer, shortcutLayer])
    return {
      ...sums,
      outputShape: branchLayer.outputShape,
      kept: sums.kept + sizeOf(branchLayer.outputShape),
      apply: (x, pass) => tf.add(branchLayer.apply(x, pass), shortcutLayer.apply(x, pass)),
    }
  }
}
