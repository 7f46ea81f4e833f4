import { modelConfig } from '../main/contract/model-config.ts'
import type { ModelConfig } from '../main/contract/model-config.ts'

/** A network of the step benchmark and the shape of its examples. */
export interface StepModel {
  readonly name: string
  readonly model: ModelConfig
  readonly shape: readonly number[]
}

/** An MLP, a small convolutional network, ResNet-20 without norm and a small vision transformer. */
export const stepModels: readonly StepModel[] = [
  { name: 'MLP', model: modelConfig.parse({ kind: 'mlp', hidden: [256] }), shape: [28, 28, 1] },
  { name: 'CNN', model: modelConfig.parse({ kind: 'cnn', channels: [32, 64], kernelSize: 5, dense: 128 }), shape: [28, 28, 1] },
  { name: 'ResNet-20', model: modelConfig.parse({ kind: 'resnet', blocksPerStage: 3, width: 16, normalization: 'none' }), shape: [32, 32, 3] },
  { name: 'ViT', model: modelConfig.parse({ kind: 'vit', patchSize: 4, width: 64, depth: 4, heads: 4, mlpRatio: 4 }), shape: [28, 28, 1] },
]

export const stepSides = ['ours', 'torchEager', 'torchCompile', 'jax', 'tfjsNode'] as const
export type StepSide = (typeof stepSides)[number]

/** A row of the result: median milliseconds a step, null where that side did not run. */
export type StepRow = { readonly model: string; readonly batch: number } & Readonly<Record<StepSide, number | null>>
