import { describe, expect, it } from 'vitest'
import { chartColors } from '../../charts/colors.ts'
import { chainLayout, cutsOf, tapsAt } from './chain-layout.ts'
import { chosenRuns } from './chosen-runs.ts'
import { firstCompared } from './compared-runs.ts'
import { costLimit, costPoints } from './cost-points.ts'
import { limitsBroken, withCut } from './cut-choice.ts'
import { agreement, disagreements, rowShares } from './disagreements.ts'
import { drawingOf } from './example-drawing.ts'
import { depthsOf, studentLook, wayLooks } from './looks.ts'
import { exitsOf, firstExits } from './predicted-exits.ts'
import { routeLines } from './record-lines.ts'
import { exitRuns, studentCurves } from './student-curves.ts'
import { madeDecision, madeRecord, madeRun, madeSeries, madeStudent } from './test/made-report.ts'

const colors = chartColors('light')

describe('the looks of students', () => {
  it('take their colour from the depth and their line from the way', () => {
    const students = [{ way: 'whole', depth: 4 }, { way: 'distilled', depth: 2 }, { way: 'alone', depth: 1 }, { way: 'alone', depth: 2 }] as const
    const depths = depthsOf(students)
    expect(depths).toEqual([1, 2])
    const [whole, distilled, shallow, alone] = students.map((student) => studentLook(student, depths, colors))
    expect([whole?.color, distilled?.color === alone?.color, shallow?.color === alone?.color]).toEqual([colors.ink, true, false])
    expect([distilled?.dash, alone?.dash]).toEqual([undefined, [6, 4]])
  })

  it('have a mark and a kind of line for every way, no two the same but those of the whole stack and the method', () => {
    const looks = Object.values(wayLooks)
    expect(new Set(looks.map(({ glyph }) => glyph)).size).toBe(looks.length)
    expect(new Set(looks.map(({ symbol }) => symbol)).size).toBe(looks.length)
    expect(new Set(looks.map(({ strokes }) => strokes.join())).size).toBe(looks.length - 1)
  })
})

describe('examples where exits disagree', () => {
  const exits = [
    { predicted: [0, 1, 0, 1], confidence: [0.9, 0.6, 0.8, 0.9] },
    { predicted: [0, 0, 1, 1], confidence: [0.9, 0.7, 0.7, 0.9] },
  ]
  const labels = [0, 1, 1, 0]

  it('begin with those of which all are sure', () => {
    expect(disagreements({ labels, exits, kind: 'any' })).toEqual([2, 1])
  })

  it('may be those that the first alone has right, or wrong', () => {
    expect(disagreements({ labels, exits, kind: 'first-right' })).toEqual([1])
    expect(disagreements({ labels, exits, kind: 'first-wrong' })).toEqual([2])
    expect(disagreements({ labels, exits: exits.slice(0, 1), kind: 'any' })).toEqual([])
  })

  it('leave the share of which two say the same', () => {
    expect(agreement([0, 1, 0, 1], [0, 0, 1, 1])).toBe(0.5)
    expect(agreement([], [])).toBeNaN()
  })

  it('stand in a matrix whose rows are shares of a label', () => {
    expect(rowShares([[3, 1], [0, 0]])).toEqual([[0.75, 0.25], [0, 0]])
  })
})

describe('an example', () => {
  it('is drawn in grey, or in its three channels', () => {
    expect(drawingOf({ shape: [1, 2, 1], values: [0, 1], range: [0, 1] })).toEqual({ kind: 'image', width: 2, height: 1, pixels: [0, 0, 0, 255, 255, 255, 255, 255] })
    expect(drawingOf({ shape: [1, 1, 3], values: [255, 51, 0], range: [0, 255] })).toEqual({ kind: 'image', width: 1, height: 1, pixels: [255, 51, 0, 255] })
  })

  it('is a line for a series, of its first channel, and nothing for a row of a table', () => {
    expect(drawingOf({ shape: [3, 2], values: [0, 9, 1, 9, 0.5, 9], range: [0, 1] })).toEqual({ kind: 'line', path: 'M0.00 38.00L50.00 2.00L100.00 20.00' })
    expect(drawingOf({ shape: [30], values: [], range: [0, 1] })).toBeNull()
  })
})

describe('the chain', () => {
  it('has a cut at each depth with the most accurate student there, the whole stack last', () => {
    const cuts = cutsOf([madeStudent('whole', 4, { accuracy: 0.9 }), madeStudent('alone', 2, { accuracy: 0.8 }), madeStudent('distilled', 2, { accuracy: 0.85 }), madeStudent('alone', 1, { accuracy: null })])
    expect(cuts.map(({ depth, best, isWhole }) => [depth, best?.id ?? null, isWhole])).toEqual([[1, null, false], [2, 'distilled depth=2', false], [4, 'whole', true]])
    expect(cuts[1]?.cost?.parameters).toBe(2000)
  })

  it('counts the blocks of a pair from its first one, and leaves out pairs that a cut has no place for', () => {
    const last = { front: null, rear: null, weight: 1 }
    expect(tapsAt([last, { front: 1, rear: 1, weight: 0.5 }, { front: 3, rear: 1, weight: 1 }], 2, 4)).toEqual([{ front: 2, rear: 4, weight: 1 }, { front: 1, rear: 3, weight: 0.5 }])
    expect(tapsAt([last], 4, 4)).toEqual([])
  })

  it('keeps all its parts within the drawing, whatever its length', () => {
    for (const whole of [1, 2, 6, 24, 96]) {
      const { width, height, blocks, stem, frontHead, rearHead, cutX } = chainLayout({ whole, depth: Math.ceil(whole / 2), taps: [{ front: 1, rear: whole, weight: 1 }] })
      for (const box of [stem, ...blocks, frontHead, rearHead]) expect([box.x >= 0, box.x + box.width <= width, box.y + box.height <= height, box.width > 0]).toEqual([true, true, true, true])
      expect(blocks.filter(({ isFront }) => isFront)).toHaveLength(Math.ceil(whole / 2))
      expect(cutX === null).toBe(whole === 1)
    }
  })
})

describe('what accuracy costs', () => {
  const students = [madeStudent('whole', 4, { accuracy: 0.9 }), madeStudent('alone', 1, { accuracy: 0.7 }), madeStudent('distilled', 1, { accuracy: null })]
  const decision = madeDecision({ chosen: 'alone depth=1', memory: ['alone depth=1'], limits: { memoryBytes: 9000, macs: null, latencyMs: 3, accuracy: 0.6 } })
  const points = (kind: 'memory' | 'latency') => costPoints({ report: { students, decision }, kind, nameOf: ({ id }) => id, lookOf: (student) => studentLook(student, [1], colors) })

  it('is drawn of students that have come to something, with the front and the chosen one', () => {
    expect(points('memory').map(({ name, cost, accuracy, isPareto, isChosen, isWhole }) => [name, cost, accuracy, isPareto, isChosen, isWhole])).toEqual([['whole', 4 * 4100, 0.9, false, false, true], ['alone depth=1', 4100, 0.7, true, true, false]])
  })

  it('is left out where it has not been measured', () => {
    expect(points('latency')).toEqual([])
    expect((['memory', 'macs', 'latency'] as const).map((kind) => costLimit(decision, kind))).toEqual([9000, null, 3])
  })
})

describe('exits to look at', () => {
  const runs = [madeRun('alone depth=1', { way: 'alone', depth: 1, seed: 1 }), madeRun('alone depth=1', { way: 'alone', depth: 1, seed: 2 }), madeRun('self-distillation', { way: 'self-distillation', depth: null, rear: 3, seed: 2, exits: [1, 2] }), madeRun('alone depth=2', { way: 'alone', depth: 2, seed: 1, status: 'running' })]

  it('are those of runs that are done', () => {
    expect(exitsOf({ runs }).map(({ id }) => id)).toEqual(['run alone depth=1 1|1', 'run alone depth=1 2|1', 'run self-distillation 2|1', 'run self-distillation 2|2', 'run self-distillation 2|4'])
  })

  it('begin with the chosen student and its twin that was trained alone with the same seed', () => {
    const students = [madeStudent('alone', 1, { accuracy: 0.7 }), madeStudent('self-distillation', 1, { accuracy: 0.75, gain: 0.05 })]
    expect(firstExits({ runs, students, decision: madeDecision({ chosen: 'self-distillation depth=1' }) })).toEqual(['run alone depth=1 2|1', 'run self-distillation 2|1'])
    expect(firstExits({ runs, students: [], decision: madeDecision({}) })).toEqual(['run alone depth=1 1|1', 'run alone depth=1 2|1'])
  })
})

describe('runs of the chosen student', () => {
  const seed = (seed: number, validationAccuracy: number | null, status: 'done' | 'failed' = 'done') => {
    const run = madeRun('self-distillation', { way: 'self-distillation', depth: null, rear: 3, seed, exits: [1, 2], status })
    return { ...run, exits: run.exits.map((exit) => ({ ...exit, validationAccuracy: exit.depth === 2 ? validationAccuracy : 0.99 })) }
  }

  it('are those that ended well, the best on the validation examples first', () => {
    const students = [madeStudent('self-distillation', 2, { accuracy: 0.8 })]
    const runs = [seed(1, 0.7), seed(2, 0.9), seed(3, 0.95, 'failed'), seed(4, null)]
    const chosen = chosenRuns({ students, runs, decision: madeDecision({ chosen: 'self-distillation depth=2' }) })
    expect(chosen.map((run) => [run.seed, run.depth, run.validationAccuracy])).toEqual([[2, 2, 0.9], [1, 2, 0.7], [4, 2, null]])
    expect(chosenRuns({ students, runs, decision: madeDecision({}) })).toEqual([])
  })
})

describe('two runs that are compared', () => {
  const alone = (depth: number, seed: number, status: 'done' | 'running' = 'done') => madeRun(`alone depth=${depth}`, { way: 'alone', depth, seed, status })
  const whole = (seed: number) => madeRun('whole', { way: 'whole', depth: null, seed })

  it('begin with a student alone of the chosen depth and the whole stack of the same seed', () => {
    const report = { students: [madeStudent('distilled', 2, { accuracy: 0.8 })], decision: madeDecision({ chosen: 'distilled depth=2' }) }
    const pair = (runs: Parameters<typeof firstCompared>[0]['runs']) => firstCompared({ ...report, runs })?.map(({ runId }) => runId)
    expect(pair([whole(1), whole(2), alone(1, 1), alone(2, 2)])).toEqual(['run alone depth=2 2', 'run whole 2'])
    expect(pair([whole(1), alone(1, 3), alone(2, 2, 'running')])).toEqual(['run alone depth=1 3', 'run whole 1'])
    expect(pair([whole(1)])).toEqual(['run whole 1', 'run whole 1'])
    expect(pair([alone(1, 1, 'running')])).toBeUndefined()
  })
})

describe('curves of students', () => {
  const runs = [madeRun('distilled depth=2', { way: 'distilled', depth: 2, rear: 2, seed: 1 }), madeRun('self-distillation', { way: 'self-distillation', depth: null, rear: 2, seed: 1, exits: [1, 2] }), madeRun('whole', { way: 'whole', depth: null, seed: 1 })]
  const students = [madeStudent('whole', 4, { accuracy: 0.9 }), madeStudent('distilled', 2, { accuracy: 0.8 }), madeStudent('self-distillation', 1, { accuracy: 0.7 }), madeStudent('self-distillation', 2, { accuracy: 0.8 })]
  const records = new Map([['run self-distillation 1', [madeRecord(0), madeRecord(100)]]])
  const series = [madeSeries('run distilled depth=2 1', 'validation/accuracy'), madeSeries('run whole 1', 'validation/accuracy'), madeSeries('run distilled depth=2 1', 'whole/validation-accuracy')]
  const curves = (kind: 'accuracy' | 'whole' | 'cka' | 'rearRank') => studentCurves({ report: { runs, students }, series, records, kind, x: 'examples' })

  it('are metrics of runs with one student, and records of those with several', () => {
    expect(exitRuns({ runs }).map(({ runId }) => runId)).toEqual(['run self-distillation 1'])
    expect(curves('accuracy').map(({ student, curves: own }) => [student.id, own[0]?.x, own[0]?.mean])).toEqual([
      ['whole', [640, 1280], [0.5, 0.75]],
      ['distilled depth=2', [640, 1280], [0.5, 0.75]],
      ['self-distillation depth=1', [0, 6400], [0.125, 0.25]],
      ['self-distillation depth=2', [0, 6400], [0.25, 0.5]],
    ])
    expect(curves('cka').map(({ student }) => student.id)).toEqual(['self-distillation depth=1', 'self-distillation depth=2'])
    expect(curves('rearRank')[0]?.curves[0]?.mean).toEqual([9, 9])
  })

  it('have the whole chain of a run once, however many students it has', () => {
    expect(curves('whole').map(({ student }) => student.id)).toEqual(['whole', 'distilled depth=2', 'self-distillation depth=1'])
  })
})

describe('routes of gradients', () => {
  it('are those that are on', () => {
    expect(routeLines([madeRecord(0), madeRecord(100)])).toEqual([{ route: 'front', places: [[0, 1], [100, 1]] }, { route: 'feature', places: [[0, 0.5], [100, 0.5]] }])
  })
})

describe('the cuts of a form', () => {
  it('stay in order as students come and go', () => {
    expect(withCut([1, 4], 2, true)).toEqual([1, 2, 4])
    expect(withCut([1, 2, 4], 2, false)).toEqual([1, 4])
    expect(withCut([1, 2], 2, true)).toEqual([1, 2])
  })

  it('are held against the limits that are set', () => {
    const cost = { memoryBytes: 2 ** 20 + 1, macs: 2e6 }
    expect(limitsBroken(cost, { memoryMiB: 1, megaMacs: 2 })).toEqual({ memory: true, macs: false })
    expect(limitsBroken(cost, { memoryMiB: null, megaMacs: null })).toEqual({ memory: false, macs: false })
  })
})
