/** The five questions that Loupe sets out to answer, in the order of the start page. */
export const methods = ['critical-batch-size', 'loss-gap-batch', 'gradient-quantization', 'feature-distillation', 'channel-decorrelation'] as const
export type MethodId = (typeof methods)[number]
/** Those that have a study. */
export const readyMethods: readonly MethodId[] = ['critical-batch-size', 'loss-gap-batch', 'gradient-quantization', 'feature-distillation', 'channel-decorrelation']
