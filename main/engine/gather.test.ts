import { expect, it } from 'vitest'
import type { Cluster } from '../cluster/gather-workers.ts'
import { LoupeError } from '../contract/errors.ts'
import { gatherPatiently } from './gather.ts'

const hosts = ['a:1', 'b:2', 'c:3']
const missing = (host: string) => new LoupeError('worker-lost', `Nobody answers at ${host}.`, { host, reason: 'nobody answers' })
const cluster = (of: readonly string[], lost: Promise<LoupeError> = new Promise(() => undefined)): Cluster => ({
  target: `grpc://${of[0]}`,
  devices: of.map((_, task) => `/job:worker/task:${task}/device:CPU:0`),
  workers: [],
  warnings: [],
  lost,
  close: async () => undefined,
})
const withoutB = async ({ hosts: asked }: { readonly hosts: readonly string[] }) => {
  if (asked.includes('b:2')) throw missing('b:2')
  return cluster(asked)
}

it('waits for a worker that is not there yet', async () => {
  let tries = 0
  const gather = gatherPatiently({ gather: async ({ hosts: asked }) => (++tries < 3 ? Promise.reject(missing('b:2')) : cluster(asked)), retryMs: 1 })
  expect((await gather({ hosts, waitSeconds: 10, whenLost: 'wait' })).devices).toHaveLength(3)
  expect(tries).toBe(3)
})

it('goes on without one where it may', async () => {
  const gathered = await gatherPatiently({ gather: withoutB, retryMs: 1 })({ hosts, waitSeconds: 10, whenLost: 'go-on' })
  expect(gathered.devices).toHaveLength(2)
  expect(gathered.target).toBe('grpc://a:1')
})

it('gives up after the time that the config allows, counting workers as the config does', async () => {
  await expect(gatherPatiently({ gather: withoutB, retryMs: 1 })({ hosts, waitSeconds: 0.02, whenLost: 'wait' })).rejects.toMatchObject({ code: 'worker-lost', facts: { host: 'b:2', worker: 1 } })
})

it('refuses at once what waiting does not mend', async () => {
  const gather = gatherPatiently({ gather: () => Promise.reject(new LoupeError('unsupported', 'Worker c:3 is of another version.')), retryMs: 1 })
  await expect(gather({ hosts, waitSeconds: 10, whenLost: 'go-on' })).rejects.toMatchObject({ code: 'unsupported' })
})

it('keeps who was lost, by its place in the config', async () => {
  const lost = Promise.withResolvers<LoupeError>()
  const gathered = await gatherPatiently({ gather: async () => cluster(['a:1', 'c:3'], lost.promise) })({ hosts: ['a:1', 'c:3'], waitSeconds: 1, whenLost: 'wait' })
  expect(gathered.lost()).toBeNull()
  lost.resolve(new LoupeError('worker-lost', 'Worker 1 is gone.', { worker: 1, host: 'c:3', reason: 'its heart stopped' }))
  await lost.promise
  expect(gathered.lost()).toEqual({ worker: 1, host: 'c:3', reason: 'its heart stopped' })
})
