import { describe, expect, it } from 'vitest'
import { differences, valueAt, withValue } from './draft.ts'

describe('a draft', () => {
  it('is read and changed by path, leaving the old one as it was', () => {
    const draft = { run: { model: { kind: 'mlp', hidden: [256] } } }
    const changed = withValue(draft, 'run.model.hidden', [64])
    expect(valueAt(changed, 'run.model.hidden')).toEqual([64])
    expect(valueAt(draft, 'run.model.hidden')).toEqual([256])
    expect(valueAt(draft, 'run.nothing.here')).toBeUndefined()
  })

  it('differs from the defaults in what was changed; a group of plain values is kept whole', () => {
    const defaults = { run: { model: { kind: 'mlp', hidden: [128] }, seed: 1 }, name: '' }
    const draft = { run: { model: { kind: 'mlp', hidden: [64] }, seed: 1 }, name: '' }
    expect(differences(draft, defaults)).toEqual({ run: { model: { kind: 'mlp', hidden: [64] } } })
    expect(differences(defaults, defaults)).toBeUndefined()
  })
})
