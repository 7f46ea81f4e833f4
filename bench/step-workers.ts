import { fileURLToPath } from 'node:url'
import { LineProcess } from './line-process.ts'
import type { LineProcessOptions } from './line-process.ts'
import { peerScript } from './peers.ts'
import type { Peers } from './peers.ts'
import type { StepSide } from './step-cells.ts'

export interface StepWorker {
  readonly side: StepSide
  readonly process: LineProcess
}

/** Starts one process a side: Loupe, the Python peers that are here, and tfjs-node, which may find that it cannot run. */
export function startStepWorkers({ peers, threads }: { readonly peers: Peers; readonly threads: number }): readonly StepWorker[] {
  const environment = { OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}`, CUDA_VISIBLE_DEVICES: '', JAX_PLATFORMS: 'cpu', TF_CPP_MIN_LOG_LEVEL: '3' }
  const node = (name: string, script: string): LineProcessOptions => ({
    name,
    command: process.execPath,
    arguments: [fileURLToPath(new URL(script, import.meta.url)), `${threads}`],
    environment,
  })
  const python = (name: string, script: string, ...more: string[]): LineProcessOptions => ({
    name,
    command: peers.python ?? '',
    arguments: ['-u', peerScript(script), ...more],
    environment,
  })
  const start = (side: StepSide, options: LineProcessOptions): StepWorker => ({ side, process: new LineProcess(options) })
  return [
    start('ours', node('Loupe', 'step-loupe.ts')),
    ...(peers.versions['torch'] === undefined
      ? []
      : [
          start('torchEager', python('PyTorch eager', 'step_torch.py', 'eager', `${threads}`)),
          start('torchCompile', python('torch.compile', 'step_torch.py', 'compile', `${threads}`)),
        ]),
    ...(peers.versions['jax'] === undefined ? [] : [start('jax', python('JAX', 'step_jax.py'))]),
    start('tfjsNode', node('tfjs-node', 'step-tfjs-node.ts')),
  ]
}
