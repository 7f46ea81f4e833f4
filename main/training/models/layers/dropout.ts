import { dropout as dropRandomly } from '../../../tensorflow/ops.ts'
import { sizeOf } from '../initializers.ts'
import { plainLayer, type LayerBuilder } from './layer.ts'

/**
 * Sets a random fraction of the numbers to 0 while training and divides the rest by 1 − rate; nothing otherwise.
 *
 * @see Srivastava et al. 2014, "Dropout", JMLR 15.
 */
export function dropout(rate: number): LayerBuilder {
  return (shape) => ({
    ...plainLayer({
      outputShape: shape,
      kept: rate > 0 ? sizeOf(shape) : 0,
      apply: (x, pass) => (rate > 0 && pass.training ? dropRandomly(x, rate, pass.nextSeed()) : x),
    }),
    draws: rate > 0 ? 1 : 0,
  })
}
