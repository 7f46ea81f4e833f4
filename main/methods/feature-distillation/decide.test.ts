import { describe, expect, it } from 'vitest'
import { decide, paretoSet, type Limits } from './decide.ts'
import type { Candidate } from './report.ts'

const MIB = 2 ** 20
const made = (id: string, mib: number, mega: number, percent: number | null, latencyMs: number | null = null): Candidate => ({ id, parameters: mib * 1000, memoryBytes: mib * MIB, macs: mega * 1e6, latencyMs, accuracy: percent === null ? null : percent / 100 })
const four = [made('A', 1, 4, 70), made('B', 2, 7, 74), made('C', 4, 14, 76), made('D', 5, 13, 75)]
const none: Limits = { memoryBytes: null, macs: null, latencyMs: null, accuracy: null }
const verdicts = (decided: ReturnType<typeof decide>) => decided.candidates.map(({ id, verdict, breaks }) => [id, verdict, ...breaks])

describe('the choice among candidates', () => {
  it('takes the most accurate within a memory: at most 3 MiB is B', () => {
    const decided = decide({ candidates: four, limits: { ...none, memoryBytes: 3 * MIB }, objective: 'accuracy' })
    expect(decided.chosen).toBe('B')
    expect(verdicts(decided)).toEqual([['A', 'within'], ['B', 'selected'], ['C', 'rejected', 'memory'], ['D', 'rejected', 'memory']])
    expect([decided.binding, decided.nearest]).toEqual([[], null])
  })

  it('takes the cheapest that is accurate enough: 75 % with least MACs is D', () => {
    const decided = decide({ candidates: four, limits: { ...none, accuracy: 0.75 }, objective: 'macs' })
    expect(decided.chosen).toBe('D')
    expect(verdicts(decided)).toEqual([['A', 'rejected', 'accuracy'], ['B', 'rejected', 'accuracy'], ['C', 'within'], ['D', 'selected']])
    expect(decide({ candidates: four, limits: { ...none, accuracy: 0.75 }, objective: 'memory' }).chosen).toBe('C')
  })

  it('has the Pareto set A, B, C in memory and accuracy, and all but none beaten in MACs', () => {
    expect(paretoSet(four, 'memory')).toEqual(['A', 'B', 'C'])
    expect(paretoSet(four, 'macs')).toEqual(['A', 'B', 'D', 'C'])
    expect(paretoSet(four, 'latency')).toEqual([])
    expect(paretoSet([made('twin', 1, 1, 50), made('other', 1, 1, 50), made('worse', 2, 2, 50)], 'memory')).toEqual(['twin', 'other'])
  })

  it('fails where none is within, and names what binds and the nearest: at most 0.5 MiB is nearest to A', () => {
    const decided = decide({ candidates: four, limits: { ...none, memoryBytes: 0.5 * MIB }, objective: 'accuracy' })
    expect([decided.chosen, decided.binding, decided.nearest]).toEqual([null, ['memory'], 'A'])
    expect(decided.candidates.every(({ verdict }) => verdict === 'rejected')).toBe(true)
  })

  it('names what binds where each limit alone could be kept', () => {
    // A breaks accuracy by 0.05/0.75 = 6.7 %, B by 1.3 %, C memory by 33 %, D by 67 %.
    const decided = decide({ candidates: four, limits: { ...none, memoryBytes: 3 * MIB, accuracy: 0.75 }, objective: 'macs' })
    expect([decided.chosen, decided.binding, decided.nearest]).toEqual([null, ['accuracy'], 'B'])
  })

  it('takes any subset of limits, and none', () => {
    expect(decide({ candidates: four, limits: none, objective: 'accuracy' }).chosen).toBe('C')
    expect(decide({ candidates: four, limits: none, objective: 'memory' }).chosen).toBe('A')
    expect(decide({ candidates: four, limits: { memoryBytes: 4 * MIB, macs: 13e6, latencyMs: null, accuracy: 0.72 }, objective: 'accuracy' }).chosen).toBe('B')
    expect(decide({ candidates: [], limits: none, objective: 'accuracy' })).toMatchObject({ chosen: null, candidates: [], binding: [], nearest: null })
  })

  it('does not choose what has not been trained, and does not take what was not measured for kept', () => {
    const untrained = [made('big', 3, 3, null, 2), made('small', 1, 1, null, 1)]
    expect(decide({ candidates: untrained, limits: none, objective: 'accuracy' }).chosen).toBeNull()
    expect(decide({ candidates: untrained, limits: none, objective: 'latency' }).chosen).toBe('small')
    const decided = decide({ candidates: four, limits: { ...none, latencyMs: 1 }, objective: 'accuracy' })
    expect([decided.chosen, decided.binding, decided.nearest]).toEqual([null, ['latency'], null])
    expect(decided.candidates[0]).toMatchObject({ verdict: 'rejected', breaks: [], unknown: ['latency'] })
  })

  it('prefers the more accurate of equals, then the smaller', () => {
    const equals = [made('large', 2, 5, 70), made('better', 2, 5, 72), made('small', 1, 5, 72)]
    expect(decide({ candidates: equals, limits: none, objective: 'macs' }).chosen).toBe('small')
    expect(decide({ candidates: equals.slice(0, 2), limits: none, objective: 'macs' }).chosen).toBe('better')
  })
})
