import { describe, expect, it } from 'vitest'
import type { ComposedBlock } from '../../../main/contract/composed-report.ts'
import { changed, newBlockId, newHistory, redone, undone, withBlock, withChange, withMoved, withoutBlock } from './draft-history.ts'

const text = (id: string, markdown = ''): ComposedBlock => ({ id, kind: 'text', markdown })
const draft = (...ids: readonly string[]) => ({ title: 'T', blocks: ids.map((id) => text(id)) })
const order = ({ blocks }: { readonly blocks: readonly ComposedBlock[] }) => blocks.map(({ id }) => id).join('')

describe('the history of a draft', () => {
  it('takes back step by step, and forward again until something else is changed', () => {
    const one = changed(newHistory(draft('a')), draft('a', 'b'))
    const two = changed(one, draft('a', 'b', 'c'))
    const back = undone(undone(two))
    expect([order(back.now), order(undone(back).now), order(redone(back).now), order(redone(redone(back)).now)]).toEqual(['a', 'a', 'ab', 'abc'])
    expect(redone(changed(back, draft('x'))).now.blocks[0]?.id).toBe('x')
  })

  it('takes typing into one place for one step', () => {
    const typed = ['h', 'he', 'hey'].reduce((history, markdown) => changed(history, { title: 'T', blocks: [text('a', markdown)] }, 'a'), newHistory(draft('a')))
    expect(undone(typed).now).toEqual(draft('a'))
    const other = changed(typed, { title: 'Title', blocks: typed.now.blocks }, 'title')
    expect(undone(other).now.blocks).toEqual([text('a', 'hey')])
  })
})

describe('blocks', () => {
  it('are put in, moved within the ends, changed and taken out', () => {
    const abc = draft('a', 'b', 'c')
    expect([order(withBlock(abc, text('x'), 1)), order(withMoved(abc, 'a', 1)), order(withMoved(abc, 'a', 9)), order(withMoved(abc, 'c', -3)), order(withoutBlock(abc, 'b'))]).toEqual(['axbc', 'bac', 'bca', 'cab', 'ac'])
    expect(withChange(abc, 'b', (block) => ({ ...block, markdown: 'y' }) as ComposedBlock).blocks[1]).toEqual(text('b', 'y')) // a text block is one with its text changed
    expect(newBlockId()).toMatch(/^[a-z0-9-]{1,40}$/)
  })
})
