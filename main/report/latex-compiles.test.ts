import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Block } from '../contract/report-document.ts'
import { chartBlock, numbers, series, tableBlock, tableOf } from './blocks.ts'
import { latexDocument } from './latex-document.ts'
import { readMarkdown } from './markdown.ts'
import { studyDocument } from './study-document.ts'
import { madeStudies } from './test/made-documents.ts'
import { madeMarkdown, mulberry32 } from './test/made-markdown.ts'

const hasPdfLatex = (() => {
  try {
    execFileSync('pdflatex', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'loupe-latex-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Compiles in a folder of its own, without a shell; gives the start of the PDF, or what LaTeX complained of. */
function compiled(blocks: readonly Block[]): string {
  writeFileSync(join(folder, 'a.tex'), latexDocument({ title: 'A & B_c', subtitle: '50 %', blocks: [...blocks] }))
  try {
    execFileSync('pdflatex', ['-no-shell-escape', '-interaction=nonstopmode', '-halt-on-error', 'a.tex'], { cwd: folder, stdio: 'pipe', timeout: 60_000 })
  } catch {
    return readFileSync(join(folder, 'a.log'), 'latin1').split('\n').filter((line) => /^!|^l\.\d/.test(line)).join('\n')
  }
  return readFileSync(join(folder, 'a.pdf'), 'latin1').slice(0, 5)
}

describe.skipIf(!hasPdfLatex)('LaTeX of a report, compiled by pdflatex', () => {
  it('takes all that Markdown has, charts with faint lines, and tables', { timeout: 120_000 }, () => {
    const text = '# A *b* $c_1$ & more\n\nText **bold _both_** ~~gone~~ `co_de`, [web](https://example.org/a_b?x=1&y=%20#z~), [up](#a-b-c-1-more), 損失 ≥ ½.  \nNext line.\n\n$$\n\\begin{aligned} a &= \\frac{1}{b} \\\\ c &= \\sqrt{d} \\end{aligned}\n$$\n\n1. one\n   - two\n     > three\n\n       ```\n       code % \\input{x}\n       ```\n\n| a | b $x$ |\n|:--|--:|\n| [1] | 2 & **3** |\n\n---\n\n- [x] *y*\n'
    const chart = chartBlock('A chart', { title: 'C', x: numbers('Step', 'log'), y: numbers('Loss'), series: [series({ name: 'a', drawn: 'line', isFaint: true, isListed: false, x: [1, 10], y: [2, 1], low: [1, 0.5], high: [3, 2], interval: 'band' }), series({ name: 'a', drawn: 'line', x: [1, 10], y: [2, 1] }), series({ name: 'b_%', colour: 1, x: [1, 10], y: [3, 1] })] })
    expect(compiled([...readMarkdown(text).blocks, ...chart, tableBlock('T', tableOf(['<a', 'b'], [['[1]', '2']]))])).toBe('%PDF-')
  })

  it('takes the ready report of a study', { timeout: 120_000 }, () => {
    expect(compiled(studyDocument(madeStudies()['critical-batch-size']).blocks)).toBe('%PDF-')
  })

  it('takes whatever is typed', { timeout: 120_000 }, () => {
    const random = mulberry32(7)
    const texts = Array.from({ length: 40 }, () => madeMarkdown(random))
    expect(compiled(texts.flatMap((text) => readMarkdown(text).blocks))).toBe('%PDF-')
  })
})
