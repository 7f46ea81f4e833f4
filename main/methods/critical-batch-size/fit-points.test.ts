import { describe, expect, it } from 'vitest'
import { LoupeError } from '../../contract/errors.ts'
import { fitPoints } from './fit-points.ts'
import { criticalBatchSizeReport } from './report.ts'

const exact = 'batch,seed,steps\n150,1,3000\n200,1,2000\n300,1,1500\n400,1,1333.33\n800,1,1142.86\n'
const refused = (csv: string) => {
  try {
    fitPoints({ csv, confidence: 0.95 })
  } catch (error) {
    if (error instanceof LoupeError) return { code: error.code, line: error.facts['line'], message: error.message }
    throw error
  }
  return null
}

describe('imported points', () => {
  it('give b* 200 for the law’s own points, as a report that its schema takes', () => {
    const report = fitPoints({ csv: exact, confidence: 0.95 })
    expect(criticalBatchSizeReport.parse(report)).toEqual(report)
    expect(report.criticalBatchSize).toMatchObject({ verdict: 'interior-minimum', estimate: expect.closeTo(200, 2), intervalMethod: 'fieller' })
    expect(report.asymptote).toBeCloseTo(100, 2)
    expect(report.efficientRange).toEqual({ low: expect.closeTo(142, 0), high: expect.closeTo(338, 0) })
    expect(report.target).toBeNull()
  })

  it('say that there is no interior minimum for S_min 1000, B_c 200', () => {
    const { criticalBatchSize, preferredLaw } = fitPoints({ csv: '50,1,5000\n100,1,3000\n200,1,2000\n400,1,1500\n800,1,1250', confidence: 0.95 })
    expect(criticalBatchSize).toMatchObject({ verdict: 'no-interior-minimum', estimate: null })
    expect(criticalBatchSize.reason).toContain('No interior minimum')
    expect(preferredLaw).toBe('mccandlish')
  })

  it('read columns in any order, semicolons, quotes, comments, CRLF and a byte order mark', () => {
    const report = fitPoints({ csv: '\uFEFF# mine\r\n"Steps";"Batch size";seed;note\r\n3000;150;1;x\r\n\r\n2000;200;1;y\r\n1500;300;2;z\r\n', confidence: 0.95 })
    expect(report.points.map(({ batchSize, seed, steps }) => [batchSize, seed, steps])).toEqual([[150, 1, 3000], [200, 1, 2000], [300, 2, 1500]])
  })

  it.each([
    ['K ≤ 0', '8,1,100\n16,1,0\n', 2],
    ['a negative K', '8,1,-4\n', 1],
    ['a word', 'batch,seed,steps\n8,1,100\n16,1,many\n', 3],
    ['a missing cell', '8,1,100\n16,1\n', 2],
    ['a broken batch size', '8.5,1,100\n', 1],
    ['a batch size below 1', '0,1,100\n', 1],
    ['an infinite K', '8,1,1e999\n', 1],
    ['a header without steps', 'batch,seed\n8,1\n', 1],
    ['nothing', '\n# only a comment\n', 1],
    ['a header alone', 'batch,seed,steps\n', 1],
  ])('are refused with the line for %s', (_, csv, line) => {
    expect(refused(csv)).toMatchObject({ code: 'data-malformed', line })
  })

  it('are too few with two batch sizes', () => {
    expect(fitPoints({ csv: '8,1,100\n16,1,60\n16,2,61', confidence: 0.95 }).criticalBatchSize).toMatchObject({ verdict: 'too-few-points', estimate: null })
  })
})
