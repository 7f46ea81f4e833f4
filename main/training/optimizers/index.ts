import { LoupeError } from '../../contract/errors.ts'
import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import { createAdam } from './adam.ts'
import { createMomentum } from './momentum.ts'
import type { Optimizer } from './optimizer.ts'
import { createSgd } from './sgd.ts'

/**
 * Makes the optimizer of a configuration. Its learning rate is not frozen: the loop feeds one to each update.
 *
 * @throws LoupeError `unsupported` for `armijo`, whose update needs the loss as well as the gradient: the training loop
 *   has its own for it.
 */
export function createOptimizer(config: OptimizerConfig): Optimizer {
  switch (config.kind) {
    case 'sgd':
      return createSgd(config)
    case 'momentum':
    case 'nesterov':
      return createMomentum(config)
    case 'adam':
    case 'adamw':
      return createAdam(config)
    case 'armijo':
      throw new LoupeError('unsupported', 'An Armijo line search judges steps by the loss, so it is no update of gradients alone. Use the training loop.', { kind: config.kind })
  }
}
