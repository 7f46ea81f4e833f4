import { expect, test } from 'vitest'
import { requireFiniteTerms } from './finite-terms.ts'

const options = { stepOf: (i: number) => 41 + i, advice: 'Lower it.' }

test('names the term and the step at which it is not finite', () => {
  expect(() => requireFiniteTerms({ ...options, own: [1, 1, 1], terms: [{ what: 'task loss', values: [1, 1, 1] }, { what: 'feature loss', values: [2, 2, Number.NaN] }] })).toThrow(
    expect.objectContaining({ code: 'not-finite', message: 'The feature loss became NaN at step 43. Lower it.', facts: { what: 'feature loss', step: 43, value: 'NaN' } }),
  )
})

test('leaves it to the loop where the own loss is not finite at that step either', () => {
  expect(() => requireFiniteTerms({ ...options, own: [1, Number.NaN], terms: [{ what: 'feature loss', values: [2, Number.NaN] }] })).not.toThrow()
})

test('speaks for itself where there is no own loss', () => {
  expect(() => requireFiniteTerms({ ...options, own: [], terms: [{ what: 'entropy', values: [Number.POSITIVE_INFINITY] }] })).toThrow('The entropy became Infinity at step 41.')
})
