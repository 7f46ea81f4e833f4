import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { LoupeError } from '../../../main/contract/errors.ts'
import { createFormats } from '../../format.ts'
import { i18n } from '../../i18n.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useRunAnswers } from './run-answers.ts'
import { createDistillationSentences } from './study-sentences.ts'
import { madeDecision } from './test/made-report.ts'

const words = createDistillationSentences((key, named) => i18n.global.t(key, named), createFormats('en'))
const candidate = { parameters: 1, memoryBytes: 1, macs: 1, latencyMs: null, accuracy: 0.8, breaks: [], unknown: [] }

describe('sentences of a comparison of students', () => {
  it('name a student by way, blocks, and a second extractor of the library', () => {
    expect(['whole', 'alone depth=1', 'distilled depth=2', 'distilled depth=2 rear=4', 'self-distillation'].map(words.arm)).toEqual(['Whole stack', 'Alone, 1 block', 'Distilled, 2 blocks', 'Distilled, 2 + 4 blocks', 'Self-distillation'])
    expect(words.student({ way: 'whole', depth: 4, rear: null, isFromLibrary: false })).toBe('Whole stack')
    expect(words.student({ way: 'distilled', depth: 2, rear: 2, isFromLibrary: false })).toBe('Distilled, 2 blocks')
  })

  it('say the verdict with its numbers', () => {
    expect(words.verdict({ verdict: { code: 'some-better', reason: '', facts: { way: 'distilled', tolerance: 0.01, better: '1, 2', undecided: '3', best: 'distilled depth=2', bestDepth: 2, bestGain: 0.0157, gapClosed: 0.51, chosen: 'alone depth=1' } } })).toBe(
      'Distilled students are better than students trained alone at 1, 2 blocks. Distilled, 2 blocks gains most: +1.6 pt. At 2 blocks 51% of the gap to the whole stack is closed. These seeds do not tell of 3 blocks. Chosen: Alone, 1 block.',
    )
    expect(words.verdict({ verdict: { code: 'pending', reason: '', facts: { ended: 3, runs: 9 } } })).toBe('Not all runs have ended: 3 of 9.')
  })

  it('say every warning without a gap', () => {
    const facts = { arm: 'distilled depth=2', student: 'distilled depth=2', count: 1, total: 3, reason: 'NaN', gain: -0.002, cka: 0.99, overSupervision: 0.001, way: 'distilled', limits: 'memory, macs', nearest: 'alone depth=1', depth: 2, rears: '4' }
    for (const code of ['failed-runs', 'collapsed', 'no-rear-gain', 'alike-at-start', 'supervision-explains', 'no-supervision', 'no-candidate', 'latency-unknown', 'rears-left-out', 'single-seed', 'one-rate', 'batch-norm'] as const) {
      expect(words.warning({ code, message: '', facts }), code).not.toMatch(/\{|distillation\.|\(\)/)
    }
    expect(words.warning({ code: 'no-candidate', message: '', facts })).toContain('memory, multiply-adds')
  })

  it('say why one is chosen, or why none is', () => {
    const limited = { memoryBytes: 1, macs: null, latencyMs: null, accuracy: null }
    const all = [{ ...candidate, id: 'alone depth=1', verdict: 'selected' as const }, { ...candidate, id: 'alone depth=2', verdict: 'rejected' as const, breaks: ['memory' as const] }]
    expect(words.decision(madeDecision({ chosen: 'alone depth=1', limits: limited, candidates: all }))).toBe('Within all limits are 1 of 2 candidates; of these it has the highest accuracy.')
    expect(words.decision(madeDecision({ candidates: all, limits: limited, binding: ['memory'], nearest: 'alone depth=2' }))).toBe('None is within the limits. In the way: memory. Nearest: Alone, 2 blocks.')
    expect(words.decision(madeDecision({}))).toBe('Nothing to choose from yet: no student has a cost.')
    expect(words.judged(all[1]!)).toBe('rejected by memory')
  })
})

describe('what runs answer', () => {
  const transport = createFakeTransport()
  const scope = () => effectScope(true)
  beforeEach(() => {
    vi.useFakeTimers()
    connectWorkbench(transport)
  })
  afterEach(() => void vi.useRealTimers())

  it('is asked once a run, again when it has logged more, and kept when the run is left', async () => {
    const wanted = shallowRef<readonly string[]>(['a'])
    const asked: string[] = []
    const own = scope()
    const found = own.run(() => useRunAnswers({ runIds: () => wanted.value, kind: 'distillation', ask: async (runId) => `${runId} ${asked.push(runId)}` }))
    await flushPromises()
    expect([...(found?.answers.value ?? [])]).toEqual([['a', 'a 1']])
    wanted.value = ['b']
    await flushPromises()
    wanted.value = ['a', 'b']
    await flushPromises()
    expect(asked).toEqual(['a', 'b'])
    transport.tell({ name: 'records.appended', payload: { runId: 'a', kind: 'predictions', step: 5 } })
    transport.tell({ name: 'records.appended', payload: { runId: 'a', kind: 'distillation', step: 5 } })
    await vi.advanceTimersByTimeAsync(2000)
    expect(asked).toEqual(['a', 'b', 'a'])
    own.stop()
    transport.tell({ name: 'records.appended', payload: { runId: 'a', kind: 'distillation', step: 6 } })
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toHaveLength(3)
  })

  it('may be a failure, which asking again mends', async () => {
    let isBroken = true
    const own = scope()
    const found = own.run(() =>
      useRunAnswers({
        runIds: () => ['a'],
        kind: 'distillation',
        ask: async () => {
          if (isBroken) throw new LoupeError('not-found', 'There is no run "a".', {})
          return 1
        },
      }),
    )
    await flushPromises()
    expect([found?.answers.value.size, found?.errors.value.get('a')?.code]).toEqual([0, 'not-found'])
    isBroken = false
    found?.refresh()
    await vi.advanceTimersByTimeAsync(2000)
    expect([found?.answers.value.get('a'), found?.errors.value.size]).toEqual([1, 0])
    own.stop()
  })
})
