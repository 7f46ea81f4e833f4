import { afterEach, expect, it, vi } from 'vitest'
import { findPeers } from './peers.ts'

afterEach(() => vi.unstubAllEnvs())

it('leaves the columns empty where there are no peers, and says what to do', async () => {
  vi.stubEnv('LOUPE_BENCH_PYTHON', undefined)
  vi.stubEnv('LOUPE_CACHE', '/nowhere')
  const { python, versions, absent } = await findPeers()
  expect([python, versions]).toEqual([null, {}])
  expect(absent).toEqual(['PyTorch and JAX are not here, so their columns stay empty. Add --peers install, or set LOUPE_BENCH_PYTHON.'])
})

it('refuses an interpreter that is not there', async () => {
  vi.stubEnv('LOUPE_BENCH_PYTHON', '/nowhere/python')
  await expect(findPeers()).rejects.toMatchObject({ code: 'not-found' })
})
