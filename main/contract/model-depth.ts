import { LoupeError } from './errors.ts'
import { RESNET_STAGES } from './model-config.ts'
import type { ModelConfig } from './model-config.ts'

/** Blocks of a model, after each of which it may be cut: a CNN's convolutions, an MLP's hidden layers, a ResNet's blocks of all stages. */
export function depthOf(model: ModelConfig): number {
  if ('depth' in model) return model.depth
  switch (model.kind) {
    case 'mlp':
      return model.hidden.length
    case 'cnn':
      return model.channels.length
    case 'resnet':
      return model.blocks ?? RESNET_STAGES * model.blocksPerStage
  }
}

/**
 * The same model with another number of blocks, as a config of its own.
 *
 * Fewer blocks are the first ones. More are possible where all blocks are alike, as in a transformer or a mixer, and up to the end of a
 * ResNet's stages.
 *
 * @throws LoupeError `invalid-input` where no config says so: layers that are not written.
 *
 * @example modelOfDepth({ kind: 'cnn', channels: [32, 64], … }, 1).channels  // [32]
 */
export function modelOfDepth(model: ModelConfig, depth: number): ModelConfig {
  const blocks = depthOf(model)
  if (depth === blocks) return model
  if ('depth' in model && depth >= 1) return { ...model, depth }
  if (model.kind === 'resnet') {
    const all = RESNET_STAGES * model.blocksPerStage
    if (depth >= 1 && depth <= all) return { ...model, blocks: depth === all ? null : depth }
  }
  if (depth >= 1 && depth < blocks) {
    if (model.kind === 'mlp') return { ...model, hidden: model.hidden.slice(0, depth) }
    if (model.kind === 'cnn') return { ...model, channels: model.channels.slice(0, depth) }
  }
  throw new LoupeError('invalid-input', `${names[model.kind] ?? model.kind} of ${depth} blocks cannot be written: ${whyNot(model, depth)}`, { kind: model.kind, depth, blocks })
}

const names: Readonly<Record<string, string>> = { mlp: 'An MLP', cnn: 'A CNN', resnet: 'A ResNet', vit: 'A vision transformer', mixer: 'A mixer' }

function whyNot(model: ModelConfig, depth: number): string {
  const blocks = depthOf(model)
  if (depth < 1) return 'it has at least 1. Choose a larger depth.'
  if (model.kind === 'resnet') return `its ${RESNET_STAGES} stages have ${RESNET_STAGES * model.blocksPerStage} in all. Choose at most so many, or more blocks per stage.`
  return `it has ${blocks}, and what further ones would be is not said. Choose at most ${blocks}, or write more of them.`
}
