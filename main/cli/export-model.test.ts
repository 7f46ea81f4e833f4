import { readdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
let workspace: readonly string[]
let run: string
beforeAll(async () => {
  folder = await makeFolder()
  workspace = ['--workspace', folder.file('workspace')]
  await writeFile(folder.file('run.yaml'), 'dataset: {name: digits}\nmodel: {kind: mlp, hidden: [16, 16]}\nmaxExamples: 2000\ndistillation: {students: [1]}\n')
  const { stdout } = await spawnLoupe(['run', 'run.yaml', ...workspace, '--json'], { cwd: folder.path })
  run = (JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { run: { id: string } }).run.id
})
afterAll(() => folder.remove())

describe('loupe export-model', () => {
  it('writes the student in both forms, with a card that says what the log said', async () => {
    const { code, stdout } = await spawnLoupe(['export-model', run, '--to', 'model', '--json', ...workspace], { cwd: folder.path })
    expect(code).toBe(0)
    const { model } = JSON.parse(stdout)
    expect(model).toMatchObject({ path: folder.file('model'), model: { depth: 1, isWhole: false }, accuracy: { split: 'test', agrees: true } })
    expect((await readdir(folder.file('model'))).toSorted()).toEqual(['model-card.json', 'saved_model', 'tfjs'])
    const { path, ...card } = model
    expect(JSON.parse(await readFile(folder.file('model/model-card.json'), 'utf8'))).toEqual(card)
    const again = await spawnLoupe(['export-model', run, '--to', 'model', ...workspace], { cwd: folder.path })
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`The folder ${path} is not empty`)])
  })

  it('writes the whole model in one form, and says how accurate it is', async () => {
    const { code, stdout } = await spawnLoupe(['export-model', run, '--to', 'whole', '--depth', '2', '--format', 'tfjs', ...workspace], { cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^MLP 64-16-16-10, the whole model of run .* at step \d+, in /)
    expect(stdout).toMatch(/Accuracy on \d+ test examples: [\d.]+ % \(tfjs\); logged: [\d.]+ %\./)
    expect((await readdir(folder.file('whole'))).toSorted()).toEqual(['model-card.json', 'tfjs'])
  })

  it('refuses a depth that was not trained, a run that is not there, and a call without a folder', async () => {
    const answers = await Promise.all([['export-model', run, '--to', 'x', '--depth', '3'], ['export-model', 'run-999999', '--to', 'x'], ['export-model', run]].map((args) => spawnLoupe([...args, ...workspace], { cwd: folder.path })))
    expect(answers.map(({ code }) => code)).toEqual([2, 2, 2])
    expect(answers[0]!.stderr).toContain('heads at the depths 1, 2')
    expect(answers[1]!.stderr).toContain('no study or run "run-999999"')
    expect(answers[2]!.stderr).toContain("required option '--to <dir>' not specified")
    expect(await readdir(folder.path)).not.toContain('x')
  })
})
