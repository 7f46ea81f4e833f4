import { describe, expect, it } from 'vitest'
import { parseFilter } from '../../../main/contract/filter/parse-filter.ts'
import { textFilter } from './found-things.ts'
import { bestMatches, matchScore } from './match.ts'
import { offered } from './offered.ts'
import type { PaletteAction, PaletteGroup } from './palette-actions.ts'

describe('what is typed', () => {
  it('finds words that begin with it, then words that hold it, then letters in their order', () => {
    expect(matchScore('new st', 'New study')).toBe(6.5)
    expect(matchScore('tud', 'New study')).toBe(2)
    expect(matchScore('sty', 'New study')).toBe(1)
    expect(matchScore('', 'New study')).toBe(0)
    expect(matchScore('x', 'Runs')).toBeNull()
    expect(matchScore('study new', 'New study')).toBe(6)
    expect(matchScore('new run', 'New study')).toBeNull()
    expect(matchScore('新しい', '新しい調査')).toBe(3.5)
  })

  it('puts the best first and keeps the order of equals', () => {
    expect(bestMatches('ru', ['Queue of runs', 'Runs', 'Truth', 'Rust'], String).map(({ item }) => item)).toEqual(['Runs', 'Rust', 'Queue of runs', 'Truth'])
  })

  it('becomes a filter that takes every word as it stands', () => {
    for (const typed of ['b=64 seed=1', 'or "quoted" \\', '(', '検索', 'accuracy >']) {
      const parsed = parseFilter(textFilter(typed))
      expect(parsed).not.toBeNull()
    }
    expect(textFilter(' b=64  seed=1 ')).toBe('"b=64" "seed=1"')
  })
})

describe('what is offered', () => {
  const action = (id: string, group: PaletteGroup): PaletteAction => ({ id, group, label: () => id, run: () => {} })

  it('stands in groups, the best group first, and runs that were found by something else stay', () => {
    const actions = [action('Start', 'page'), action('Runs', 'page'), action('Run it', 'here'), action('b=64 seed=1', 'run')]
    expect(offered('', actions).map(({ group, actions: own }) => [group, own.length])).toEqual([['page', 2], ['here', 1], ['run', 1]])
    expect(offered('run it', actions).map(({ group, actions: own }) => [group, own.map(({ id }) => id)])).toEqual([['here', ['Run it']], ['run', ['b=64 seed=1']]])
  })

  it('is at most eight of a group', () => {
    expect(offered('', Array.from({ length: 20 }, (_, i) => action(`study ${i}`, 'study')))[0]?.actions).toHaveLength(8)
  })
})
