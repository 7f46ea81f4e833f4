// Trains the same small CNN on sessions of the given numbers of threads, one after the other, and prints a hash of each one's weights.
import { createHash } from 'node:crypto'
import { runConfig } from '../../contract/run-config.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { createTrainer } from '../create-trainer.ts'
import { makeTestDataset } from '../test-dataset.ts'

const runtime = await openTensorFlow()
const dataset = makeTestDataset({ shape: [16, 16, 3], classes: 4, train: 256 })
const config = runConfig.parse({ model: { kind: 'cnn', channels: [16, 32], kernelSize: 3, dense: 32 }, optimizer: { kind: 'momentum', learningRate: 0.01 }, batchSize: 64, maxExamples: 768 })
for (const threads of process.argv.slice(2).map(Number)) {
  const trainer = await createTrainer({ runtime, dataset, threads })
  const hash = createHash('sha256')
  await trainer.train({
    config,
    signal: new AbortController().signal,
    observer: {
      onMetrics: () => {},
      onProgress: () => {},
      onWarning: () => {},
      async onCheckpoint({ variables }) {
        for (const { values } of Object.values(variables)) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
      },
    },
  })
  await trainer.close()
  console.log(threads, hash.digest('hex'))
}
process.exit(0)
