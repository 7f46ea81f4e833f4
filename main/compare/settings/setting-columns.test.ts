import { describe, expect, it } from 'vitest'
import { chosenColumns, flatSettings, isDiffering, joinedColumns, settingColumns, valueAt } from './setting-columns.ts'

const runs = [
  { batchSize: 8, optimizer: { kind: 'sgd' }, hidden: [64, 32], policy: null },
  { batchSize: 16, optimizer: { kind: 'adam', beta1: 0.9 }, hidden: [64, 32], policy: { kind: 'loss-gap' } },
  { batchSize: 8, optimizer: { kind: 'adam', beta1: 0.9 }, hidden: [64], policy: { kind: 'loss-gap' } },
]

describe('columns of settings', () => {
  it('hold each value once, and none for a run without the setting', () => {
    expect(settingColumns(runs)).toEqual([
      { path: 'batchSize', values: [8, 16], of: [0, 1, 0] },
      { path: 'optimizer.kind', values: ['sgd', 'adam'], of: [0, 1, 1] },
      { path: 'hidden', values: [[64, 32], [64]], of: [0, 0, 1] },
      { path: 'optimizer.beta1', values: [0.9], of: [-1, 0, 0] },
      { path: 'policy.kind', values: ['loss-gap'], of: [-1, 0, 0] },
    ])
  })

  it('come out alike however the runs are cut into batches', () => {
    const byPath = (columns: readonly { path: string }[]) => columns.toSorted((a, b) => a.path.localeCompare(b.path))
    for (const cut of [1, 2]) expect(byPath(joinedColumns(settingColumns(runs.slice(0, cut)), settingColumns(runs.slice(cut)), [cut, 3 - cut]))).toEqual(byPath(settingColumns(runs)))
  })

  it('keep a group that is null in every run', () => {
    expect(settingColumns([{ a: null }, { a: null }])).toEqual([{ path: 'a', values: [null], of: [0, 0] }])
  })

  it('take lists of groups apart by their places', () => {
    expect(flatSettings({ sets: [{ name: 'digits' }, { name: 'waves' }], rates: [], rows: [[1, 2]] })).toEqual([
      ['sets.0.name', 'digits'],
      ['sets.1.name', 'waves'],
      ['rates', []],
      ['rows.0', [1, 2]],
    ])
  })

  it('are chosen where they do not merely come with another', () => {
    const paths = (documents: readonly unknown[]) => chosenColumns(settingColumns(documents)).map(({ path }) => path)
    expect(paths(runs)).toEqual(['batchSize', 'optimizer.kind', 'hidden', 'policy.kind'])
    // Momentum differs among those that have it; of a group without a kind, its first setting stands for it.
    expect(paths([{ optimizer: { kind: 'sgd' }, extra: null }, { optimizer: { kind: 'momentum', momentum: 0.9, decay: 0 }, extra: { a: 1, b: 2 } }, { optimizer: { kind: 'momentum', momentum: 0.8, decay: 0 }, extra: null }])).toEqual(['optimizer.kind', 'optimizer.momentum', 'extra.a'])
  })

  it('differ where values do, or where only some runs have the setting', () => {
    const [batch, , , beta] = settingColumns(runs)
    expect([isDiffering(batch!), isDiffering(beta!), isDiffering({ path: 'x', values: [1], of: [0, 0] })]).toEqual([true, true, false])
    expect([valueAt(beta!, 0), valueAt(beta!, 1)]).toEqual([undefined, 0.9])
  })
})
