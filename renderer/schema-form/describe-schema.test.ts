import { describe, expect, it } from 'vitest'
import { z } from '../../main/contract/zod.ts'
import { describeSchema, fieldAt, leaves } from './describe-schema.ts'

describe('describeSchema', () => {
  it('reads a number with its default, and whether it is whole', () => {
    expect(describeSchema(z.strictObject({ seeds: z.int().min(1).default(3) }))).toMatchObject({ kind: 'group', fields: [{ kind: 'number', path: 'seeds', isInteger: true, isNullable: false, defaultValue: 3 }] })
  })

  it('reads null as a choice of its own', () => {
    expect(describeSchema(z.number().nullable().default(null))).toMatchObject({ kind: 'number', isNullable: true, isInteger: false, defaultValue: null })
  })

  it('reads a union told apart by a key as variants without that key', () => {
    const schema = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('a'), x: z.boolean().default(true) }), z.strictObject({ kind: z.literal('b'), y: z.enum(['p', 'q']).default('p') })])
    expect(describeSchema(schema, { path: 'model', variantPath: null })).toMatchObject({
      kind: 'variant',
      discriminator: 'kind',
      variants: [
        { name: 'a', fields: [{ kind: 'switch', path: 'model.x', variantPath: 'model@a.x' }] },
        { name: 'b', fields: [{ kind: 'choice', path: 'model.y', choices: ['p', 'q'] }] },
      ],
    })
  })

  it('reads a list of texts', () => {
    expect(describeSchema(z.array(z.string()).default([]), { path: 'exchange.hosts', variantPath: null })).toMatchObject({ kind: 'texts', path: 'exchange.hosts', defaultValue: [] })
  })

  it('refuses a kind that has no control, by name', () => {
    expect(() => describeSchema(z.strictObject({ when: z.date() }))).toThrow('No control exists for "when", a schema of kind "date"')
    expect(() => describeSchema(z.strictObject({ switches: z.array(z.boolean()) }))).toThrow('"switches", a schema of kind "array"')
  })

  it('finds a field by its path and refuses one that is not there', () => {
    const root = describeSchema(z.strictObject({ run: z.strictObject({ seed: z.int() }) }))
    expect(fieldAt(root, 'run.seed').kind).toBe('number')
    expect(() => fieldAt(root, 'run.sead')).toThrow('The schema has no field "run.sead".')
    expect(leaves(root).map((leaf) => leaf.path)).toEqual(['run.seed'])
  })
})
