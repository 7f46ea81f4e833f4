import type { ModelConfig } from '../../contract/model-config.ts'

/** One kind of model's configuration. */
type Config<K extends ModelConfig['kind']> = Extract<ModelConfig, { kind: K }>

export type MlpConfig = Config<'mlp'>
export type CnnConfig = Config<'cnn'>
export type ResnetConfig = Config<'resnet'>
export type VitConfig = Config<'vit'>
export type MixerConfig = Config<'mixer'>
export type ResidualMlpConfig = Config<'residual-mlp'>
export type SeriesTransformerConfig = Config<'series-transformer'>
