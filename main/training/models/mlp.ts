import { dropout } from './layers/dropout.ts'
import { assemble } from './assemble.ts'
import type { MlpConfig } from './configs.ts'
import { heNormal, lecunNormal, sizeOf } from './initializers.ts'
import { dense, flatten } from './layers/dense.ts'
import { chain, type Shape } from './layers/layer.ts'
import type { Stack } from './stack.ts'

/**
 * A multilayer perceptron: dense layers with an activation and dropout between, images read as rows of pixels.
 *
 * Parameters are `dense1/kernel`, `dense1/bias`, … Hidden kernels are He normal (variance 2/fan-in) for relu and gelu, LeCun
 * normal (1/fan-in) for tanh; the last one is LeCun normal; biases are 0. A block is one hidden layer.
 *
 * @example 784-256-10 has 784·256 + 256 + 256·10 + 10 = 203,530 parameters and 203,264 multiply-accumulates.
 */
export function mlpStack(config: MlpConfig, inputShape: Shape, classes: number): Stack {
  const initializer = config.activation === 'tanh' ? lecunNormal : heNormal
  return assemble({
    titleAt: (depth) => `MLP ${[sizeOf(inputShape), ...config.hidden.slice(0, depth), classes].join('-')}`,
    inputShape,
    classes,
    couplesExamples: false,
    stem: flatten,
    blocks: config.hidden.map((units, index) =>
      chain(dense({ name: `dense${index + 1}`, units, initializer, activation: config.activation }), dropout(config.dropout)),
    ),
    head: (depth, prefix) => dense({ name: `${prefix}dense${depth + 1}`, units: classes, initializer: lecunNormal }),
  })
}
