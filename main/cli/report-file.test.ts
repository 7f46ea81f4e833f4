import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import { logMadeRun } from '../export/test/made-log.ts'
import { openLogWriter } from '../log/open.ts'
import { findChromium } from '../setup/programs.mjs'
import { withoutMoment } from '../serve/print-pdf.ts'
import { logMadeStudy } from './test/made-workspace.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
let studyId: string
beforeEach(async () => {
  folder = await makeFolder()
  studyId = logMadeStudy(folder.file('workspace'))
})
afterEach(() => folder.remove())

const loupe = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => spawnLoupe(['--workspace', folder.file('workspace'), ...args], { env })
const text = (name: string) => readFile(folder.file(name), 'utf8')

describe('loupe report ID', () => {
  it('writes a page and LaTeX, the same bytes each time', async () => {
    const { code, stdout, stderr } = await loupe(['report', studyId, '--out', folder.file('one.html')])
    expect([code, stdout.trim(), stderr]).toEqual([0, folder.file('one.html'), ''])
    await loupe(['report', studyId, '--out', folder.file('other.html')])
    const page = await text('one.html')
    expect(page).toBe(await text('other.html'))
    expect(page).toMatch(/b\* = (19\d|20\d) examples a batch \(95 % interval/)
    expect(page).toContain('&lt;script&gt;week&lt;/script&gt;')
    expect(page).toMatch(/<dt>Data hash<\/dt><dd><code>feed<\/code>/)

    const asLatex = await loupe(['report', studyId, '--out', folder.file('one.tex'), '--json'])
    expect(asLatex.lines.at(-1)).toEqual({ report: { id: studyId, file: folder.file('one.tex') } })
    expect(await text('one.tex')).toMatch(/^\\documentclass[^]*\\begin\{axis\}[^]*\\end\{document\}\n$/)
  })

  it('says when it was written where that is asked for', async () => {
    await loupe(['report', studyId, '--out', folder.file('dated.html'), '--dated'])
    expect(await text('dated.html')).toMatch(/ · written \d{4}-\d\d-\d\d \d\d:\d\d UTC<\/p>/)
  })

  it('reports a run, and its own runs of a study', async () => {
    const log = openLogWriter({ workspace: folder.file('workspace') })
    const single = logMadeRun(log, 'A single run')
    log.close()
    expect((await loupe(['report', single, '--out', folder.file('run.html')])).code).toBe(0)
    expect(await text('run.html')).toMatch(/<h1>A single run<\/h1>[^]*validation\/accuracy/)
    expect((await loupe(['report', 'run-000001', '--out', folder.file('of-study.tex')])).code).toBe(0)
  })

  it('writes a composed report, and lists those that there are', async () => {
    const log = openLogWriter({ workspace: folder.file('workspace') })
    const { id } = log.saveReport({ reportId: null, version: 0, title: 'Mine & yours', blocks: [{ id: 'a', kind: 'text', markdown: '# Why\n\nAs $b^2$, and $\\bad{$.' }, { id: 'b', kind: 'data', source: { kind: 'study', studyId }, caption: '', pinId: null }] })
    log.close()
    const { code, stderr } = await loupe(['report', id, '--out', folder.file('mine.html')])
    expect([code, stderr]).toEqual([0, expect.stringMatching(/Note: The formula \\bad\{ does not read[^]*Note: Its data are not pinned yet\./)])
    expect(await text('mine.html')).toMatch(/<h1>Mine &amp; yours<\/h1>[^]*<h2 id="at-why">Why<\/h2>[^]*<msup>/)
    await loupe(['report', id, '--out', folder.file('again.html')])
    expect(await text('again.html')).toBe(await text('mine.html'))
    const listed = await loupe(['report', '--list', '--json'])
    expect(listed.lines.at(-1)).toMatchObject({ reports: [{ id: 'report-0001', title: 'Mine & yours', version: 1, blocks: 2 }] })
    expect((await loupe(['report', '--list'])).stdout).toContain('report-0001')
  })

  it.skipIf(findChromium() === null)('prints a PDF, the same bytes each time', { timeout: 60_000 }, async () => {
    for (const name of ['one.pdf', 'other.pdf']) expect(await loupe(['report', studyId, '--out', folder.file(name)])).toMatchObject({ code: 0, stderr: '' })
    const [one, other] = [await readFile(folder.file('one.pdf')), await readFile(folder.file('other.pdf'))]
    expect(one.subarray(0, 5).toString()).toBe('%PDF-')
    expect(one.equals(other)).toBe(true)
  })

  it('says what is missing for a PDF', async () => {
    const { code, stderr } = await loupe(['report', studyId, '--out', folder.file('one.pdf')], { LOUPE_CHROMIUM: folder.file('no-browser') })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/LOUPE_CHROMIUM names .*no-browser, which is not there\. Install one/)])
    await expect(stat(folder.file('one.pdf'))).rejects.toThrow('ENOENT')
  })

  it('refuses endings, files, folders and ids that will not do', async () => {
    await mkdir(folder.file('folder.html'))
    await writeFile(folder.file('mine.html'), 'mine')
    for (const [args, why] of [
      [['report', studyId], 'Name a file that ends in .html, .pdf or .tex'],
      [['report', studyId, '--out', folder.file('a.docx')], 'ends in .docx'],
      [['report', studyId, '--out', folder.file('a')], 'has no ending'],
      [['report', studyId, '--out', folder.file('none/a.html')], '(ENOENT). Name a file in a folder that is there'],
      [['report', studyId, '--out', folder.file('mine.html')], 'already there. Name another file with --out, or replace it with --force'],
      [['report', studyId, '--out', folder.file('folder.html'), '--force'], 'cannot be written'],
      [['report', 'study-000099', '--out', folder.file('a.html')], 'study-000099'],
    ] as const) {
      expect([args, await loupe(args)]).toEqual([args, expect.objectContaining({ code: 2, stderr: expect.stringContaining(why) })])
    }
    expect(await text('mine.html')).toBe('mine')
    expect((await loupe(['report', studyId, '--out', folder.file('mine.html'), '--force'])).code).toBe(0)
    expect(await text('mine.html')).toContain('<!doctype html>')
  })

  it('refuses a study without a finished run, and a run that has logged nothing', async () => {
    const log = openLogWriter({ workspace: folder.file('workspace') })
    const { id: empty } = log.createStudy(log.study(studyId).config)
    const { id: silent } = log.createRun({ studyId: null, key: '', config: runConfig.parse({}) })
    log.close()
    expect(await loupe(['report', empty, '--out', folder.file('a.html')])).toMatchObject({ code: 2, stderr: expect.stringMatching(/with no run yet, so there is nothing to report.*loupe resume/) })
    expect(await loupe(['report', silent, '--out', folder.file('a.html')])).toMatchObject({ code: 2, stderr: expect.stringContaining('has logged nothing') })
  })
})

describe('the dates of a PDF', () => {
  it('are those of the study, at their old places', () => {
    const pdf = "/CreationDate (D:20260112070000+00'00')\n/ModDate (D:20260112070001+00'00')"
    expect(Buffer.from(withoutMoment(Buffer.from(pdf), 0)).toString()).toBe("/CreationDate (D:19700101000000+00'00')\n/ModDate (D:19700101000000+00'00')")
  })
})
