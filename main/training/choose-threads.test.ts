import { expect, it } from 'vitest'
import { chooseThreads } from './choose-threads.ts'

it('gives one thread to a step below twenty million multiply-accumulates, all threads to the others', () => {
  const mlp = { macsPerExample: 203_264 }
  expect(chooseThreads(mlp, 16)).toBe(1)
  expect(chooseThreads(mlp, 98)).toBe(1)
  expect(chooseThreads(mlp, 99)).toBe(0)
  expect(chooseThreads({ macsPerExample: 40_000_000 }, 1)).toBe(0)
})
