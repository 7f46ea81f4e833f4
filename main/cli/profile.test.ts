import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder.remove())

it('tells the time of each operation of a step, the products of the network among them', async () => {
  await writeFile(folder.file('run.yaml'), 'dataset: {name: digits}\nmodel: {kind: mlp, hidden: [32]}\nbatchSize: 64\n')
  const { code, stdout } = await spawnLoupe(['profile', 'run.yaml', '--json', '--workspace', folder.file('workspace')], { cwd: folder.path })
  expect(code).toBe(0)
  const { profile } = JSON.parse(stdout.trimEnd())
  expect(profile).toMatchObject({ batchSize: 64, device: '/device:CPU:0' })
  expect(profile.stepMs).toBeGreaterThan(0)
  // Two layers: two products forwards; backwards two for the kernels and one for the hidden layer.
  const products = profile.types.filter(({ type }: { type: string }) => type.includes('MatMul'))
  expect(products.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(5)
  expect(profile.types.reduce((sum: number, { share }: { share: number }) => sum + share, 0)).toBeCloseTo(1, 9)
  const starts: number[] = profile.operations.map(({ startMs }: { startMs: number }) => startMs)
  expect(starts).toEqual(starts.toSorted((a, b) => a - b))
})

it('says that a study has no single step to profile', async () => {
  await writeFile(folder.file('study.yaml'), 'method: critical-batch-size\n')
  const { code, stderr } = await spawnLoupe(['profile', 'study.yaml'], { cwd: folder.path })
  expect(code).toBe(2)
  expect(stderr).toContain('is a study, and a profile is of one run')
})
