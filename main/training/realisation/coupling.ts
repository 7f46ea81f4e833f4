import type { BatchPolicyConfig } from '../../contract/batch-policy-config.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Model } from '../models/model.ts'

/** Why updates of a run may differ from those with each batch in one piece. */
export interface CouplingWarning {
  readonly code: 'cut-batch-norm' | 'cut-dropout'
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * Says before a run where gradients added up over devices or loops are not those of one large batch.
 *
 * They are to float tolerance, micro-batches of any sizes, as long as an example's loss depends on that example alone. Batch norm normalises
 * each micro-batch by its own statistics; dropout draws other masks. Empty for models with neither, and for a fixed batch size, which is
 * never cut.
 */
export function couplingWarnings({ config, model }: { readonly config: Pick<RunConfig, 'model' | 'batchPolicy' | 'batchSize'>; readonly model: Pick<Model, 'couplesExamples' | 'title'> }): readonly CouplingWarning[] {
  const { batchPolicy: policy } = config
  if (policy === null) return []
  const warnings: CouplingWarning[] = []
  const { cut, when, batchSize } = whenCut(policy, config.batchSize)
  const dropout = 'dropout' in config.model ? config.model.dropout : 0
  const { largestMicroBatch, devices, devicesAtStart } = policy.realisation
  const facts = { model: model.title, cut, batchSize, devices, devicesAtStart, largestMicroBatch, batchMax: policy.batchMax }
  if (model.couplesExamples) {
    warnings.push({
      code: 'cut-batch-norm',
      message: `${model.title} uses batch norm, and ${when}. Each micro-batch is then normalised by its own mean and variance, a short last one too, so that the update is not that of the whole batch; running statistics move by the mean over the micro-batches. Prefer group norm where batch sizes are to be compared.`,
      facts,
    })
  }
  if (dropout > 0) {
    warnings.push({
      code: 'cut-dropout',
      message: `${model.title} uses dropout, and ${when}. Each micro-batch then draws its own mask from its own seed: the same in distribution as for the whole batch, but not the same numbers, so runs that are realised differently part ways.`,
      facts: { ...facts, dropout },
    })
  }
  return warnings
}

function whenCut({ batchMax, realisation }: BatchPolicyConfig, firstBatch: number): { readonly cut: 'at-start' | 'above-micro-batch' | 'over-devices' | 'by-memory'; readonly when: string; readonly batchSize: number } {
  const { devices, devicesAtStart, largestMicroBatch } = realisation
  const batchSize = Math.max(batchMax, firstBatch)
  if (devicesAtStart > 1) return { cut: 'at-start', batchSize, when: `its batches are shared out over ${devicesAtStart} devices from the start` }
  if (largestMicroBatch !== null && largestMicroBatch < batchSize) return { cut: 'above-micro-batch', batchSize, when: `batches above ${largestMicroBatch} (largestMicroBatch) are cut into micro-batches` }
  if (devices > 1) return { cut: 'over-devices', batchSize, when: `batches that grow are shared out over up to ${devices} devices` }
  return { cut: 'by-memory', batchSize, when: `batches that do not fit into memory in one piece (batchMax is ${batchSize}) are cut into micro-batches` }
}
