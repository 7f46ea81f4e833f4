import type { EngineParts, LatencyAt } from './parts.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../training/checkpoint-codec.ts'
import { gatherPatiently } from './gather.ts'

/**
 * The parts that train for real. Each is imported when it is first used, so that a process which only reads the log
 * never loads tfjs or TensorFlow.
 */
export const realParts: EngineParts = {
  async openRuntime() {
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2' // TensorFlow's remarks on its own start are not for the user; its errors come as errors
    const { openTensorFlow } = await import('../tensorflow/open.ts')
    return await openTensorFlow()
  },
  async loadDataset(config) {
    const { loadDataset } = await import('../training/datasets/index.ts')
    return await loadDataset(config)
  },
  async createTrainer(options) {
    const { createTrainer } = await import('../training/create-trainer.ts')
    return await createTrainer(options)
  },
  async describeModel(config, dataset) {
    const { createModel } = await import('../training/models/index.ts')
    return createModel(config, dataset.shape, dataset.classes).cost
  },
  async measureLatencies({ runtime, dataset, model, depths, device }) {
    const [{ createStack }, { cutModel }, { measureLatency }] = await Promise.all([import('../training/models/index.ts'), import('../training/models/stack.ts'), import('../training/measure-latency.ts')])
    const stack = createStack(model, dataset.shape, dataset.classes)
    const session = await runtime.openSession({ device, threads: 1 })
    try {
      const measured: LatencyAt[] = []
      for (const depth of depths) measured.push({ depth, ...(await measureLatency({ session, model: cutModel(stack, depth), prefix: `depth${depth}/` })) })
      return measured
    } finally {
      await session.close()
    }
  },
  async couplingWarnings(config, dataset) {
    const [{ createModel }, { couplingWarnings }] = await Promise.all([import('../training/models/index.ts'), import('../training/realisation/coupling.ts')])
    return couplingWarnings({ config, model: createModel(config.model, dataset.shape, dataset.classes) })
  },
  async loadCompressors() {
    const { createCompressor } = await import('../methods/gradient-quantization/graph/create-compressor.ts')
    return createCompressor
  },
  async gatherWorkers(options) {
    const { gatherWorkers } = await import('../cluster/gather-workers.ts')
    return await gatherPatiently({ gather: gatherWorkers })(options)
  },
  encodeCheckpoint,
  decodeCheckpoint,
}
