import { assemble } from './assemble.ts'
import type { ResidualMlpConfig } from './configs.ts'
import { heNormal, lecunNormal, sizeOf } from './initializers.ts'
import { dense, flatten } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import { chain, type LayerBuilder, type Shape } from './layers/layer.ts'
import { layerNorm } from './layers/normalization.ts'
import { residual } from './layers/residual.ts'
import type { Stack } from './stack.ts'

/**
 * A multilayer perceptron of residual blocks: a dense layer to the width, blocks x + dense(gelu(dense(norm x))) that keep the width,
 * a last norm, and the classes. Takes any shape, tables in particular.
 *
 * Parameters are `embedding/…`, `block1/norm/…`, `block1/dense1/…`, `block1/dense2/…`, `norm/…`, `classes/…`. Kernels before a gelu are
 * He normal, the others LeCun normal, biases 0. Dropout acts on the output of each block's branch. A block of width d has
 * 2d² + 4d parameters and 2d² multiply-accumulates.
 *
 * Differs from the paper's ResNet: layer norm, for batch norm couples examples; gelu for relu, and none before the classes; blocks
 * are not wider inside; one dropout a block.
 *
 * @see Gorishniy et al. 2021, "Revisiting deep learning models for tabular data", arXiv:2106.11959, section 3.2.
 */
export function residualMlpStack({ width, depth, dropout: rate }: ResidualMlpConfig, inputShape: Shape, classes: number): Stack {
  return assemble({
    titleAt: (blocks) => `Residual MLP ${sizeOf(inputShape)}-${blocks}×${width}-${classes}`,
    inputShape,
    classes,
    couplesExamples: false,
    stem: chain(flatten, dense({ name: 'embedding', units: width, initializer: lecunNormal })),
    blocks: Array.from({ length: depth }, (_, index) => block({ name: `block${index + 1}`, width, rate })),
    head: (_, prefix) => chain(layerNorm(`${prefix}norm`), dense({ name: `${prefix}classes`, units: classes, initializer: lecunNormal })),
  })
}

function block({ name, width, rate }: { readonly name: string; readonly width: number; readonly rate: number }): LayerBuilder {
  return residual(
    chain(
      layerNorm(`${name}/norm`),
      dense({ name: `${name}/dense1`, units: width, initializer: heNormal, activation: 'gelu' }),
      dense({ name: `${name}/dense2`, units: width, initializer: lecunNormal }),
      dropout(rate),
    ),
  )
}
