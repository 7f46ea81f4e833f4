import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLogWriter } from '../log/open.ts'
import { logMadeStudy } from './test/made-workspace.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder.remove())

const loupe = (args: readonly string[]) => spawnLoupe(['--workspace', folder.file('workspace'), ...args])

const makeWorkspace = () => logMadeStudy(folder.file('workspace'))

describe('loupe report', () => {
  it('writes one page, and says the same on standard output and as JSON', async () => {
    makeWorkspace()
    const asPage = await loupe(['report', '--out', folder.file('weekly.html')])
    expect([asPage.code, asPage.stdout.trim(), asPage.stderr]).toEqual([0, folder.file('weekly.html'), ''])
    const page = await readFile(folder.file('weekly.html'), 'utf8')
    expect(page).toMatch(/<h2>&lt;script&gt;week&lt;\/script&gt;<\/h2>[^]*b\* = (19\d|20\d) examples a batch/)

    const asText = await loupe(['report', '--days', '1'])
    expect(asText.stdout).toMatch(/<script>week<\/script> \(study-\S+, finished\)\n {2}b\* = (19\d|20\d) examples a batch/)
    expect(asText.stdout).toContain('  Next: Go on to the medium stage.')

    const asJson = await loupe(['report', '--json'])
    expect(asJson.lines.at(-1)).toMatchObject({ report: { days: 7, file: null, studies: [{ status: 'finished', runs: { reached: 8, censored: 0, failed: 0 }, seeds: [1, 2], gate: { status: 'confirmed' }, nextStep: expect.stringContaining('medium stage') }] } })
  })

  it('says so of a workspace in which nothing ran', async () => {
    openLogWriter({ workspace: folder.file('workspace') }).close()
    const { code, stdout } = await loupe(['report'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('No study ran in these days.')])
  })

  it('refuses a file that it cannot write', async () => {
    openLogWriter({ workspace: folder.file('workspace') }).close()
    await mkdir(folder.file('folder'))
    await writeFile(folder.file('taken'), '')
    for (const [path, why] of [['folder', 'EISDIR'], ['taken/weekly.html', 'ENOTDIR'], ['none/weekly.html', 'ENOENT']] as const) {
      const { code, stderr } = await loupe(['report', '--out', folder.file(path)])
      expect([code, stderr]).toEqual([2, expect.stringContaining(`cannot be written to ${folder.file(path)} (${why})`)])
    }
  })

  it('refuses days that are none, and a workspace that is not there', async () => {
    for (const days of ['0', '-1', '1.5', 'week', '9999']) {
      const { code, stderr } = await loupe(['report', '--days', days])
      expect([days, code, stderr]).toEqual([days, 2, expect.stringContaining('whole number from 1 to 3660')])
    }
    expect(await loupe(['report'])).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no workspace') })
  })

  it('says in its help how to schedule it', async () => {
    const { code, stdout } = await loupe(['report', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/cron[^]*schtasks/)
  })
})
