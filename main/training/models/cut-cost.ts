import type { CutCost } from '../../contract/cut-cost.ts'
import { requireBlocks, sumCosts, type Stack, type StackPart } from './stack.ts'

const BYTES_PER_NUMBER = 4

/**
 * What a stack costs that is cut after `depth` blocks, head included.
 *
 * At inference a part's input and all that it makes are alive at once, at most: the largest sum of both over the parts. What TensorFlow frees
 * within a part is not counted, so the number is an upper bound.
 *
 * @throws LoupeError `invalid-input` where the stack cannot be cut there.
 */
export function cutCost(stack: Stack, depth: number): CutCost {
  if (depth !== stack.blocks.length) requireBlocks(stack, depth)
  const body = [stack.stem, ...stack.blocks.slice(0, depth)]
  const head = stack.head(depth)
  return { ...sumCosts([...body, head]), head: head.cost, liveBytesPerExample: Math.max(...[...body, head].map(liveBytes)), featureShape: body.at(-1)?.outputShape ?? stack.inputShape }
}

function liveBytes({ inputShape, cost, name }: StackPart): number {
  // The stem's activations count the example already.
  return cost.activationBytesPerExample + (name === 'stem' ? 0 : BYTES_PER_NUMBER * inputShape.reduce((product, side) => product * side, 1))
}
