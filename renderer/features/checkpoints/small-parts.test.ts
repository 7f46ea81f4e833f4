import { describe, expect, it } from 'vitest'
import { actsFor } from './acts.ts'
import { runTitle } from './checkpoint-title.ts'
import { rulesFrom, usualForm } from './prune-form.ts'
import { shapeText } from './shape-text.ts'
import { nextOrder, sortedArrays } from './sorted-arrays.ts'
import type { ComparedArray } from './sorted-arrays.ts'
import { countsByReason } from './stay-counts.ts'

describe('the rules of a form', () => {
  it('are those that it says, an empty field being no rule', () => {
    expect(rulesFrom(usualForm, 'starred')).toEqual({ filter: 'starred', keepLast: 1, keepBest: null, keepKept: true, olderThanDays: null })
    expect(rulesFrom({ keepLast: '0', keepBest: '2', metric: 'validation/loss', olderThanDays: '0.5', keepKept: false }, '')).toEqual({ filter: '', keepLast: 0, keepBest: { metric: 'validation/loss', count: 2 }, keepKept: false, olderThanDays: 0.5 })
    expect(rulesFrom({ ...usualForm, keepBest: '0' }, '')).toMatchObject({ keepBest: null })
  })

  it('are none where a number does not read, so that nothing is deleted by mistake', () => {
    for (const wrong of [{ keepLast: '' }, { keepLast: 'x' }, { keepLast: '-1' }, { keepLast: '1.5' }, { keepBest: 'two' }, { olderThanDays: '-3' }]) expect([wrong, rulesFrom({ ...usualForm, ...wrong }, '')]).toEqual([wrong, null])
  })
})

describe('small things', () => {
  it('a run is called by its key, else its name, else its id', () => {
    expect([runTitle({ runKey: 'b=8', runName: 'x', runId: 'run-1' }), runTitle({ runKey: '', runName: 'x', runId: 'run-1' }), runTitle({ runKey: '', runName: '', runId: 'run-1' })]).toEqual(['b=8', 'x', 'run-1'])
  })

  it('what is kept can be let go of, and what is not can be kept', () => {
    expect(actsFor({ isKept: true })).not.toContain('keep')
    expect(actsFor({ isKept: false })).not.toContain('unkeep')
  })

  it('shapes read as they are spoken', () => {
    expect([shapeText([3, 3, 16], 'scalar'), shapeText([], 'scalar')]).toEqual(['3 × 3 × 16', 'scalar'])
  })

  it('reasons are counted in their order', () => {
    expect(countsByReason([{ reason: 'kept' }, { reason: 'training' }, { reason: 'kept' }])).toEqual([{ reason: 'training', count: 1 }, { reason: 'kept', count: 2 }])
  })
})

describe('compared arrays', () => {
  const array = (name: string, relative: number | null): ComparedArray => ({ name, group: 'parameters', shape: [1], elements: 1, normA: 1, normB: 1, difference: 1, relative, cosine: 1, greatest: 1, equal: 0, notFinite: 0 })
  const arrays = [array('a', 0.5), array('b', null), array('c', 0.9)]
  const names = (order: Parameters<typeof sortedArrays>[1]) => sortedArrays(arrays, order).map(({ name }) => name).join('')

  it('are in the order of the model, or of a column, those without a number last either way', () => {
    expect([names(null), names({ by: 'relative', isDescending: true }), names({ by: 'relative', isDescending: false })]).toEqual(['abc', 'cab', 'acb'])
  })

  it('turn round with the same heading, and then go back to the order of the model', () => {
    const first = nextOrder(null, 'relative')
    expect([first, nextOrder(first, 'relative'), nextOrder(nextOrder(first, 'relative'), 'relative'), nextOrder(first, 'cosine')]).toEqual([{ by: 'relative', isDescending: true }, { by: 'relative', isDescending: false }, null, { by: 'cosine', isDescending: true }])
  })
})
