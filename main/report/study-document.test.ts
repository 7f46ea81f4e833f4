import { describe, expect, it } from 'vitest'
import { reportDocument } from '../contract/report-document.ts'
import type { Block, ReportDocument } from '../contract/report-document.ts'
import { methodNames } from '../contract/study-config.ts'
import { documentPage } from './document-page.ts'
import { latexDocument } from './latex-document.ts'
import { studyDocument } from './study-document.ts'
import { madeStudies } from './test/made-documents.ts'

const hostile = `</style><script>alert("1")</script>'&\\input{/etc/passwd}$%_#`

/** A line a block: what a report is made of, without its numbers. */
function outline({ blocks }: ReportDocument): readonly string[] {
  return blocks.map((block: Block) => {
    switch (block.kind) {
      case 'heading':
        return `# ${block.text}`
      case 'paragraph':
        return block.role
      case 'table':
        return `table ${block.table.rows.length} × ${block.table.columns.length}`
      case 'chart':
        return `chart ${block.chart.title}: ${block.chart.series.filter(({ isListed }) => isListed).map(({ name }) => name).join(', ')}`
      case 'runs':
        return `runs ${block.runs.length}`
      default:
        return block.kind
    }
  })
}

describe('the report of a study', () => {
  it.each([
    ['critical-batch-size', ['plain', 'quiet', 'formula'], ['chart Examples to the target: Law iiduka, Runs', 'chart Steps to the target: Law iiduka, Runs', 'chart The law as a line: Fitted, Mean of a batch size', 'table 3 × 5', 'facts'], 'runs 8'],
    ['loss-gap-batch', ['plain', 'formula'], ['chart Updates against the fixed small batch: Updates', 'chart Accuracy against the fixed small batch: Accuracy against the fixed small batch', 'table 2 × 8'], 'runs 6'],
    ['gradient-quantization', ['plain', 'formula', 'formula'], ['chart Accuracy against bytes sent: dense, fitted-laplace, random-k', 'chart Accuracy against dense: Accuracy against dense', 'table 3 × 9'], 'runs 9'],
    ['feature-distillation', ['plain', 'formula'], ['chart Accuracy against size: whole, alone, deep-supervision, distilled', 'chart Accuracy against the student alone: Accuracy against the student alone', 'table 6 × 8', 'plain', 'table 3 × 7'], 'runs 21'],
    ['channel-decorrelation', ['plain', 'formula'], ['chart Accuracy against labels: supervised, 3b', 'chart Accuracy against supervised training: Accuracy against supervised training', 'chart Correlation against labels: supervised, 3b', 'table 3 × 4'], 'runs 12'],
  ] as const)('of %s has its question, answer, results, settings and origin', (method, question, results, runs) => {
    const lines = outline(studyDocument(madeStudies()[method]))
    const [asked, answered, found, set, origin] = ['# Question', '# Answer', '# Results', '# Settings', '# How these numbers came about'].map((heading) => lines.indexOf(heading))
    expect(lines.slice(asked, answered)).toEqual(['# Question', ...question])
    expect(lines.slice(answered, (answered ?? 0) + 2)).toEqual(['# Answer', 'answer'])
    expect(lines.slice((found ?? 0) + 2, set)).toEqual(results)
    expect(lines.slice(set)).toEqual(['# Settings', 'facts', '# How these numbers came about', 'plain', 'facts', runs, '# Config', 'listing'])
    expect(lines[(found ?? 0) + 1]).toMatch(/^table/)
    expect(origin).toBeGreaterThan(set ?? 0)
  })

  it('says what made its numbers: hash, data, seeds, versions, runs, command and config', () => {
    const page = documentPage(studyDocument(madeStudies()['critical-batch-size']))
    expect(page).toContain('<code>c0ffee</code>')
    expect(page).toContain('<code>feed</code>')
    expect(page).toContain('Loupe 0.1.0, TensorFlow 2.21.0, Node 24.0.0, linux x64, /device:CPU:0, 1 thread, XLA off')
    expect(page).toContain('<dd>1, 2; data split 0</dd>')
    expect(page).toContain('<code>loupe run study-000001.yaml</code>')
    expect(page).toMatch(/<pre><code>method: critical-batch-size\n/)
  })

  it.each(methodNames)('of %s reads back as a document, and is the same each time, as page and as LaTeX', (method) => {
    const [one, other] = [studyDocument(madeStudies()[method]), studyDocument(madeStudies()[method])]
    expect(reportDocument.parse(JSON.parse(JSON.stringify(one)))).toEqual(one)
    expect(documentPage(one)).toBe(documentPage(other))
    expect(latexDocument(one)).toBe(latexDocument(other))
  })

  it.each(methodNames)('of %s stands alone, and no name in it is markup', (method) => {
    const document = studyDocument(madeStudies(hostile)[method])
    const page = documentPage(document)
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:/i)
    expect(page).toContain('<h1>&lt;/style&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;\\input{/etc/passwd}$%_#</h1>')
    expect(page.match(/<\/style>/g)).toHaveLength(1)
    expect(page.replace(/<pre>[^]*?<\/pre>/g, '')).not.toMatch(/\b(NaN|Infinity|undefined|null)\b/)
    expect(latexDocument(document)).not.toContain('\\input{')
  })

  it.each(methodNames)('of %s is LaTeX whose groups and environments close', (method) => {
    const tex = latexDocument(studyDocument(madeStudies(hostile)[method])).replaceAll('\\\\', '').replace(/\\[{}%]/g, '').replace(/%.*$/gm, '')
    let depth = 0
    for (const sign of tex) {
      depth += sign === '{' ? 1 : sign === '}' ? -1 : 0
      expect(depth).toBeGreaterThanOrEqual(0)
    }
    expect(depth).toBe(0)
    const open: string[] = []
    for (const [, kind, name = ''] of tex.matchAll(/\\(begin|end)\{([a-z]+)\*?\}/g)) {
      if (kind === 'begin') open.push(name)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
    expect(tex).toMatch(/\\toprule[^]*\\midrule[^]*\\bottomrule/)
  })

  it('is refused where no run has finished', () => {
    const made = madeStudies()['loss-gap-batch']
    const runs = made.runs.map((run) => ({ ...run, status: 'running' as const }))
    expect(() => studyDocument({ ...made, study: { ...made.study, status: 'running' }, runs })).toThrow('Study study-000001 is running with 6 runs, none of them finished')
    expect(() => studyDocument({ ...made, runs: [] })).toThrow('with no run yet')
  })

  it('names the runs that failed, and why', () => {
    const made = madeStudies()['gradient-quantization']
    const runs = made.runs.map((run, index) => (index === 0 ? { ...run, status: 'failed' as const, error: { code: 'not-finite' as const, message: 'The loss is NaN.', facts: {} } } : run))
    expect(documentPage(studyDocument({ ...made, runs }))).toContain('failed: The loss is NaN.</p>')
  })
})
