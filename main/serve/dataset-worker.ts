import { parentPort } from 'node:worker_threads'
import { toWireError } from '../contract/errors.ts'
import { inspectedDatasets } from './inspected-datasets.ts'
import type { DatasetQuestion } from './inspected-datasets.ts'

// The thread that reads data sets to be looked at; started by `dataset-thread.ts`.
const answer = inspectedDatasets()

parentPort?.on('message', async ({ id, question }: { readonly id: number; readonly question: DatasetQuestion }) => {
  try {
    parentPort?.postMessage({ id, response: { ok: true, value: await answer(question) } })
  } catch (error) {
    parentPort?.postMessage({ id, response: { ok: false, error: toWireError(error) } })
  }
})
