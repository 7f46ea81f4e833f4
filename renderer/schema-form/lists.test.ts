import { describe, expect, it } from 'vitest'
import { z } from '../../main/contract/zod.ts'
import { describeSchema, leaves } from './describe-schema.ts'
import { parseRows, writeRow } from './parse-rows.ts'
import { parseTexts } from './parse-texts.ts'
import { permutations } from './permutations.ts'

const name = z.enum(['a', 'b', 'c'])

describe('lists in a form', () => {
  it('of names are some of them, or all of them in an order', () => {
    expect(describeSchema(z.array(name).min(1))).toMatchObject({ kind: 'choices', choices: ['a', 'b', 'c'] })
    expect(describeSchema(z.array(name).length(3).default(['a', 'b', 'c']))).toMatchObject({ kind: 'order', choices: ['a', 'b', 'c'] })
  })

  it('of objects are rows where these hold numbers alone', () => {
    expect(describeSchema(z.array(z.strictObject({ epoch: z.int(), batchSize: z.int() })))).toMatchObject({ kind: 'rows', keys: [{ name: 'epoch', isNullable: false }, { name: 'batchSize', isNullable: false }] })
    expect(describeSchema(z.array(z.strictObject({ block: z.int().nullable().default(null), weight: z.number().default(1) })))).toMatchObject({ kind: 'rows', keys: [{ name: 'block', isNullable: true }, { name: 'weight', isNullable: false }] })
  })

  it('of other objects are groups with controls of their own, which stand at a place in the list', () => {
    const set = z.strictObject({ name: z.enum(['a', 'b']).default('b'), path: z.string().nullable().default(null), fraction: z.number().default(1) })
    const field = describeSchema(z.array(set).prefault([{}]), { path: 'sets', variantPath: null })
    expect(field).toMatchObject({
      kind: 'list',
      path: 'sets',
      beginning: { name: 'b', path: null, fraction: 1 },
      fields: [
        { kind: 'choice', path: 'sets.*.name', variantPath: 'sets.name', choices: ['a', 'b'], defaultValue: 'b' },
        { kind: 'text', path: 'sets.*.path', isNullable: true },
        { kind: 'number', path: 'sets.*.fraction', defaultValue: 1 },
      ],
    })
    expect(leaves(field).map(({ path }) => path)).toEqual(['sets', 'sets.*.name', 'sets.*.path', 'sets.*.fraction'])
    expect(() => describeSchema(z.array(z.strictObject({ inner: z.array(set) })))).toThrow('No control exists for "inner", a schema of kind "array"')
  })
})

describe('parseTexts', () => {
  it('reads texts apart, one a line or between commas', () => {
    expect(describeSchema(z.array(z.string().min(1)).default([]))).toMatchObject({ kind: 'texts' })
    expect(parseTexts('10.0.0.1:9000, 10.0.0.2:9000\n\n 10.0.0.3:9000 ')).toEqual(['10.0.0.1:9000', '10.0.0.2:9000', '10.0.0.3:9000'])
    expect(parseTexts('  ')).toEqual([])
  })
})

describe('parseRows', () => {
  const pair = ['epoch', 'batchSize'].map((key) => ({ name: key, isNullable: false }))
  const tap = [{ name: 'front', isNullable: true }, { name: 'rear', isNullable: true }, { name: 'weight', isNullable: false }]

  it('reads rows of numbers', () => {
    expect(parseRows('0: 32, 5:64', pair)).toEqual([{ epoch: 0, batchSize: 32 }, { epoch: 5, batchSize: 64 }])
    expect(parseRows('', pair)).toEqual([])
  })

  it('reads and writes numbers that are left open, where they may be', () => {
    expect(parseRows('–: 2: 0.5, 1 : * : 1', tap)).toEqual([{ front: null, rear: 2, weight: 0.5 }, { front: 1, rear: null, weight: 1 }])
    expect(writeRow({ front: null, rear: 2, weight: 0.5 }, tap)).toBe('–: 2: 0.5')
    expect(parseRows('1: 1: –', tap)).toBeNull()
  })

  it.each(['0', '0: x', '0: 1: 2', '0: –'])('refuses "%s"', (text) => {
    expect(parseRows(text, pair)).toBeNull()
  })
})

describe('permutations', () => {
  it('are all orders, that of the list first', () => {
    expect(permutations(['a', 'b', 'c']).map((order) => order.join(''))).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  })
})
