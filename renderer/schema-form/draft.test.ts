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

  it('is read and changed at a place in a list', () => {
    const draft = { run: { sets: [{ name: 'a', fraction: 1 }, { name: 'b', fraction: 1 }] } }
    const changed = withValue(draft, 'run.sets.1.fraction', 0.5)
    expect(changed).toEqual({ run: { sets: [{ name: 'a', fraction: 1 }, { name: 'b', fraction: 0.5 }] } })
    expect([valueAt(changed, 'run.sets.1.fraction'), valueAt(draft, 'run.sets.1.fraction'), valueAt(draft, 'run.sets.2.fraction')]).toEqual([0.5, 1, undefined])
    expect(withValue(draft, 'run.sets.7.fraction', 0.5)).toEqual(draft)
  })

  it('differs from the defaults in what was changed; a group of plain values is kept whole', () => {
    const defaults = { run: { model: { kind: 'mlp', hidden: [128] }, seed: 1 }, name: '' }
    const draft = { run: { model: { kind: 'mlp', hidden: [64] }, seed: 1 }, name: '' }
    expect(differences(draft, defaults)).toEqual({ run: { model: { kind: 'mlp', hidden: [64] } } })
    expect(differences(defaults, defaults)).toBeUndefined()
  })
})
