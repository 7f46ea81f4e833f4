import { effectScope, shallowRef } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CompareCurvesInput } from '../../../../main/contract/compare-curves.ts'
import { createFakeTransport } from '../../../test/fake-transport.ts'
import type { FakeTransport } from '../../../test/fake-transport.ts'
import { connectWorkbench } from '../../../workbench.ts'
import { useCurves } from './use-curves.ts'
import type { CurvesQuestion } from './use-curves.ts'
import type { Span } from './scale.ts'

const question: CurvesQuestion = { key: 'train/batch-loss', axis: 'step', scale: 'linear', smoothing: 0.9, spread: 'deviation', lines: [{ id: 'a', runIds: ['run-1'] }] }
let transport: FakeTransport
beforeEach(() => {
  vi.useFakeTimers()
  transport = createFakeTransport()
  connectWorkbench(transport)
  // Ten thousand values behind one point: there is always more detail to ask for.
  const said = { id: 'a', points: 1, runs: 1, runsPlaced: 1, values: 10_000, notFinite: 0, notPositive: 0, beforeAxis: 0 }
  const one = { kind: 'float64', base64: btoa(String.fromCharCode(...new Uint8Array(new Float64Array([1]).buffer))) } as const
  transport.answer('compare.curves', () => ({ lines: [said], extent: { from: 0, to: 10_000, leastPositive: 1 }, columns: { x: one, mean: one, min: one, max: one, count: one, smoothed: one, low: null, high: null, runs: null } }))
})
afterEach(() => void vi.useRealTimers())

function open({ isVisible = true } = {}) {
  const [asked, view, seen] = [shallowRef(question), shallowRef<Span | null>(null), shallowRef(isVisible)]
  const scope = effectScope()
  const curves = scope.run(() => useCurves({ question: () => asked.value, view: () => view.value, plotWidth: () => 800, isVisible: () => seen.value }))!
  const inputs = () => transport.asked.map(({ input }) => input as CompareCurvesInput) // nothing else is asked here
  return { asked, view, seen, curves, inputs, scope }
}
const rest = async () => await vi.advanceTimersByTimeAsync(1500)

describe('the curves of a chart', () => {
  it('are asked for in one question, and not before the chart is seen', async () => {
    const { seen, inputs, curves, scope } = open({ isVisible: false })
    await rest()
    expect(inputs()).toEqual([])
    seen.value = true
    await rest()
    expect(inputs()).toMatchObject([{ key: 'train/batch-loss', smoothing: 0.9, from: null, to: null, buckets: 800 }])
    expect(curves.whole.value?.lines).toHaveLength(1)
    scope.stop()
  })

  it('come in detail for what is zoomed to, with half as much on either side, and not again for a small move', async () => {
    const { view, inputs, curves, scope } = open()
    await rest()
    view.value = { from: 1000, to: 2000 }
    await rest()
    expect(inputs()[1]).toMatchObject({ from: 500, to: 2500, buckets: 1600 })
    expect(curves.part.value?.range).toEqual({ from: 500, to: 2500 })
    view.value = { from: 1050, to: 2050 }
    await rest()
    expect(inputs()).toHaveLength(2)
    view.value = { from: 1500, to: 2500 }
    await rest()
    expect(inputs()).toHaveLength(3)
    scope.stop()
  })

  it('grow while their runs train, and ask nothing for the runs of others', async () => {
    const { inputs, scope } = open()
    await rest()
    transport.tell({ name: 'metrics.appended', payload: { runIds: ['run-2'] } })
    await rest()
    expect(inputs()).toHaveLength(1)
    for (let i = 0; i < 5; i++) transport.tell({ name: 'metrics.appended', payload: { runIds: ['run-1'] } })
    await rest()
    expect(inputs().length).toBeGreaterThan(1)
    expect(inputs().length).toBeLessThan(4)
    scope.stop()
    const before = inputs().length
    transport.tell({ name: 'metrics.appended', payload: { runIds: ['run-1'] } })
    await rest()
    expect(inputs()).toHaveLength(before)
  })

  it('say why they could not be read, and can be asked for again', async () => {
    transport.answer('compare.curves', () => {
      throw new Error('gone')
    })
    const { curves, inputs, scope } = open()
    await rest()
    expect(curves.error.value?.message).toContain('gone')
    curves.retry()
    await rest()
    expect(inputs()).toHaveLength(2)
    scope.stop()
  })
})
