import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
let workspace: readonly string[]
let run: string
beforeAll(async () => {
  folder = await makeFolder()
  workspace = ['--workspace', folder.file('workspace')]
  await writeFile(folder.file('run.yaml'), 'dataset: {name: digits}\nmodel: {kind: mlp, hidden: [16, 8]}\nmaxExamples: 2000\n')
  const { stdout } = await spawnLoupe(['run', 'run.yaml', ...workspace, '--json'], { cwd: folder.path })
  run = (JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { run: { id: string } }).run.id
})
afterAll(() => folder.remove())

describe('loupe compare', () => {
  it('says how alike the features of a run are with its own: 1 on the diagonal', async () => {
    const { code, stdout } = await spawnLoupe(['compare', run, run, '--examples', '100', ...workspace], { cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Linear CKA on 100 validation examples/)
    expect(stdout).toMatch(/\n\s*1\s+1\.000\s+0\.\d+\n\s*2\s+0\.\d+\s+1\.000\s*$/)
    const json = await spawnLoupe(['compare', run, run, '--json', ...workspace], { cwd: folder.path })
    expect(JSON.parse(json.stdout)).toMatchObject({ comparison: { models: [{ runId: run, depth: 2 }, { runId: run }], similarity: [[expect.any(Number), expect.any(Number)], [expect.any(Number), expect.any(Number)]] } })
  })

  it('refuses a run that is not there, and too few examples', async () => {
    const answers = await Promise.all([['compare', run, 'run-999999'], ['compare', run, run, '--examples', '2']].map((args) => spawnLoupe([...args, ...workspace], { cwd: folder.path })))
    expect(answers.map(({ code }) => code)).toEqual([2, 2])
    expect(answers[0]!.stderr).toContain('no study or run "run-999999"')
    expect(answers[1]!.stderr).toContain('--examples')
  })
})
