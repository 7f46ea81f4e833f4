import type { RunConfig } from '../../contract/run-config.ts'
import { planAt } from '../run-plan.ts'
import type { RunPlan } from '../run-plan.ts'
import { chooseStepsPerCall } from '../steps-per-call.ts'
import type { RunVariables, Traces } from '../traces.ts'
import type { BatchUnit } from './batch-unit.ts'

export interface WholeUnitOptions {
  readonly config: RunConfig
  readonly plan: RunPlan
  readonly traces: Traces
  readonly variables: RunVariables
  readonly jit: boolean
  readonly gradientNorms: boolean
}

/** Realises every batch size as one micro-batch on the run's device: the step is compiled anew for it, once. */
export function createWholeUnit({ config, plan, traces, variables, jit, gradientNorms }: WholeUnitOptions): BatchUnit {
  return {
    async realise(batchSize) {
      const stepsPerCall = config.compute.stepsPerCall === 0 ? chooseStepsPerCall(planAt(plan, batchSize), variables.model.cost) : config.compute.stepsPerCall
      const call = (steps: number) => traces.trainingCall({ ...config, batchSize }, variables, { steps, jit, gradientNorms })
      const known = traces.session.graphOperations
      const { traceMs } = call(stepsPerCall)
      const isNew = traces.session.graphOperations > known
      return { batchSize, stepsPerCall, call, replicas: 1, microBatch: batchSize, loops: 1, lever: 'memory', reason: 'one device, whose model is compiled for the whole batch', bytesFree: null, traceMs: isNew ? traceMs : 0 }
    },
  }
}
