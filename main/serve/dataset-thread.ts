import { Worker } from 'node:worker_threads'
import type { DatasetInspection } from '../contract/dataset-inspection.ts'
import { fromWireError, LoupeError } from '../contract/errors.ts'
import { response } from '../contract/rpc.ts'
import type { ParsedQueryInput, QueryOutput } from '../contract/queries.ts'
import { z } from '../contract/zod.ts'
import type { DatasetQuestion } from './inspected-datasets.ts'

/** How long a thread with nothing to do keeps what it read last. */
const IDLE_MS = 120_000
const answered = z.object({ id: z.int(), response })

/** Reads data sets to be looked at in a thread of its own, so that a file that takes a minute holds up neither the window nor other questions. */
export interface DatasetThread {
  inspect(input: ParsedQueryInput<'dataset.inspect'>): Promise<DatasetInspection>
  preview(input: ParsedQueryInput<'dataset.preview'>): Promise<QueryOutput<'dataset.preview'>>
}

interface Asked {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: LoupeError) => void
}

/** The thread starts with the first question and ends some minutes after the last one. It does not keep the process alive by itself. */
export function datasetThread(): DatasetThread {
  const asked = new Map<number, Asked>()
  let worker: Worker | null = null
  let idle: ReturnType<typeof setTimeout> | undefined
  let nextId = 1

  const failAll = (error: LoupeError) => {
    worker = null
    for (const { reject } of asked.values()) reject(error)
    asked.clear()
  }
  const start = (): Worker => {
    const started = new Worker(new URL(import.meta.url.endsWith('.ts') ? './dataset-worker.ts' : './dataset-worker.js', import.meta.url))
    started.on('message', (message: unknown) => {
      const { id, response: told } = answered.parse(message)
      const one = asked.get(id)
      asked.delete(id)
      if (told.ok) one?.resolve(told.value)
      else one?.reject(fromWireError(told.error))
      if (asked.size === 0) rest(started)
    })
    started.on('error', (cause) => failAll(new LoupeError('out-of-memory', `Reading the data set ended its thread: ${cause.message}. It may be too large to be looked at on this machine; use a part of it.`, {}, { cause })))
    started.on('exit', () => {
      if (worker === started) failAll(new LoupeError('internal', 'The thread that reads data sets ended.'))
    })
    return started
  }
  const rest = (started: Worker) => {
    started.unref()
    clearTimeout(idle)
    idle = setTimeout(() => {
      if (asked.size > 0) return
      worker = null
      void started.terminate()
    }, IDLE_MS).unref()
  }
  const ask = async (question: DatasetQuestion): Promise<unknown> => {
    worker ??= start()
    worker.ref()
    clearTimeout(idle)
    const id = nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    asked.set(id, { resolve, reject })
    worker.postMessage({ id, question })
    return await promise
  }
  return {
    // The worker answers each question with what its name says; both are of this folder.
    inspect: async (input) => (await ask({ name: 'dataset.inspect', input })) as DatasetInspection,
    preview: async (input) => (await ask({ name: 'dataset.preview', input })) as QueryOutput<'dataset.preview'>,
  }
}
