import { describe, expect, it } from 'vitest'
import { z } from '../../main/contract/zod.ts'
import { describeSchema } from './describe-schema.ts'
import { parsePairs } from './parse-pairs.ts'
import { parseTexts } from './parse-texts.ts'
import { permutations } from './permutations.ts'

const name = z.enum(['a', 'b', 'c'])

describe('lists in a form', () => {
  it('of names are some of them, or all of them in an order', () => {
    expect(describeSchema(z.array(name).min(1))).toMatchObject({ kind: 'choices', choices: ['a', 'b', 'c'] })
    expect(describeSchema(z.array(name).length(3).default(['a', 'b', 'c']))).toMatchObject({ kind: 'order', choices: ['a', 'b', 'c'] })
  })

  it('of two whole numbers are pairs', () => {
    expect(describeSchema(z.array(z.strictObject({ epoch: z.int(), batchSize: z.int() })))).toMatchObject({ kind: 'pairs', keys: ['epoch', 'batchSize'] })
    expect(() => describeSchema(z.array(z.strictObject({ epoch: z.int(), rate: z.number() })))).toThrow('No control exists')
  })
})

describe('parseTexts', () => {
  it('reads texts apart, one a line or between commas', () => {
    expect(describeSchema(z.array(z.string().min(1)).default([]))).toMatchObject({ kind: 'texts' })
    expect(parseTexts('10.0.0.1:9000, 10.0.0.2:9000\n\n 10.0.0.3:9000 ')).toEqual(['10.0.0.1:9000', '10.0.0.2:9000', '10.0.0.3:9000'])
    expect(parseTexts('  ')).toEqual([])
  })
})

describe('parsePairs', () => {
  it('reads rows of two numbers', () => {
    expect(parsePairs('0: 32, 5:64', ['epoch', 'batchSize'])).toEqual([{ epoch: 0, batchSize: 32 }, { epoch: 5, batchSize: 64 }])
    expect(parsePairs('', ['epoch', 'batchSize'])).toEqual([])
  })

  it.each(['0', '0: x', '0: 1: 2'])('refuses "%s"', (text) => {
    expect(parsePairs(text, ['epoch', 'batchSize'])).toBeNull()
  })
})

describe('permutations', () => {
  it('are all orders, that of the list first', () => {
    expect(permutations(['a', 'b', 'c']).map((order) => order.join(''))).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  })
})
