import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import { inPhase, onDevice } from '../../tensorflow/ops.ts'
import type { CompiledStep, Session, Tensors, TraceContext } from '../../tensorflow/runtime.ts'
import type { Objective } from '../objective.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { Compressor } from './compressor.ts'
import { exchangeAll } from './exchange-all.ts'
import type { FlatLayout } from './flat-layout.ts'
import { moveAndCompare, shift, takeLocalStep } from './local-steps.ts'
import type { MemoryPlan } from './memory.ts'
import { update } from './receive.ts'
import { lossesOf, told } from './step-outputs.ts'
import type { StepVariant } from './step-variant.ts'
import { differentiate, placesOf, send } from './worker-step.ts'
import type { StepInputs } from './worker-step.ts'
import type { Worker } from './worker-variables.ts'

export interface ExchangeStepOptions {
  readonly session: Session
  readonly objective: Objective
  readonly workers: readonly Worker[]
  /** Examples of each worker in a batch. */
  readonly shares: readonly number[]
  readonly layout: FlatLayout
  readonly compressor: Compressor
  /** Sends everything; for steps before compression begins. */
  readonly whole: Compressor
  /** Of every replica; where weight deltas are exchanged, of every worker's own weights. */
  readonly optimizer: Optimizer
  /** L2 penalty that workers add to their gradients, where they keep the momentum; 0 where the optimizer does it. */
  readonly workerPenalty: number
  readonly memory: MemoryPlan
  readonly exchange: Pick<ExchangeConfig, 'topology' | 'clipNorm' | 'target'>
}

export type ExchangeStep = CompiledStep<StepInputs, string>

/**
 * Compiles one step of data-parallel training with compressed exchange.
 *
 *     on each worker      loss and gradient of its share of the batch, by its replica             compute
 *                         values = memory + gradient; message, sent = compress(values)             fit, encode
 *                         memory ← what was not sent
 *     on each worker      Σ of all messages / workers, or that sum from the first worker           exchange
 *                         parameters, slots = optimizer.update(…) of its replica                    update
 *
 * Each worker's gradient is that of Σ (workers/batch)·loss over its examples, so the mean over the workers is the gradient of the batch's mean loss,
 * whatever the shares. Between workers only messages, small tensors and statistics cross, once a step. All replicas add the same numbers in
 * the same order, so they stay equal to the bit.
 *
 * Where weight deltas are exchanged, the worker's own optimizer comes before the exchange: see {@link takeLocalStep}.
 */
export function compileExchangeStep(options: ExchangeStepOptions, variant: StepVariant): ExchangeStep {
  const { session, workers, shares, layout, exchange } = options
  const sendsDeltas = exchange.target === 'weight-delta'
  const outputs = (context: TraceContext<StepInputs>): Tensors => {
    const places = placesOf(options, context)
    if (sendsDeltas && variant.sending === 'nothing') return { losses: lossesOf(places.map((place) => onDevice(place.worker.device, () => takeLocalStep(options, place)))) }
    const sent = places.map((place) =>
      onDevice(place.worker.device, () => {
        const made = sendsDeltas ? moveAndCompare(options, place) : differentiate(options, place)
        return send({ options, variant, place, made })
      }),
    )
    const received = exchangeAll(options, variant, sent)
    for (const worker of workers) {
      onDevice(worker.device, () => {
        const mean = received.here()
        inPhase('update', () => (sendsDeltas ? shift : update)({ options, context, worker, ...mean }))
      })
    }
    return told(options, variant, sent, received)
  }
  return session.compile({
    name: `exchange-${exchange.target}-${variant.sending}${variant.fits ? '-fit' : ''}${variant.records ? '-record' : ''}${variant.snapshot ? '-snapshot' : ''}-${shares.join('+')}-units-${layout.units.length}`,
    inputs: {
      indices: { shape: [shares.reduce((sum, share) => sum + share, 0)], type: 'int32' },
      /** Of dropout, then of the compressors. */
      seeds: { shape: [workers.length * 4], type: 'int32' },
      learningRate: { shape: [], type: 'float32' },
      ratio: { shape: [], type: 'float32' },
    },
    trace: outputs,
  })
}
