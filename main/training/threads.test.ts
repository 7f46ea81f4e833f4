import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const child = fileURLToPath(new URL('./test/train-with-threads.ts', import.meta.url))

/** The hash of each session's weights, in a process of their own. */
async function hashes(...threads: number[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [child, ...threads.map(String)], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' } })
  return stdout.trim().split('\n').map((line) => line.split(' ')[1] ?? '')
}

test('gives a run on so many threads the same bits, whatever its process trained before', async () => {
  const [alone, after] = [await hashes(2), await hashes(1, 2)]
  expect(after).toHaveLength(2)
  expect(after[1]).toBe(alone[0])
  expect(after[1]).toMatch(/^[0-9a-f]{64}$/)
})
