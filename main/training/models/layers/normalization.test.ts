import { describe, expect, it } from 'vitest'
import { groupsFor } from './normalization.ts'

describe('groupsFor', () => {
  it.each([
    [1, 1],
    [8, 8],
    [12, 6],
    [13, 1],
    [16, 8],
    [20, 5],
    [64, 8],
  ])('splits %i channels into %i groups', (channels, groups) => {
    expect(groupsFor(channels)).toBe(groups)
  })
})
