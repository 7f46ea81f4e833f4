import { mkdir, open, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import { openLogWriter } from '../log/open.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'
import type { SpawnOptions } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder.remove())

const loupe = (args: readonly string[], options: SpawnOptions = {}) => spawnLoupe(['--workspace', folder.file('workspace'), ...args], options)

async function run(config: string, options: SpawnOptions = {}) {
  await writeFile(folder.file('config.yaml'), config)
  return await loupe(['run', 'config.yaml'], { cwd: folder.path, ...options })
}

const digits = 'dataset: {name: digits}\nmodel: {kind: mlp, hidden: [8]}\n'

describe('a config that cannot be read', () => {
  it('names an unknown key, where it stands, and the key that was meant', async () => {
    const { code, stderr, stdout } = await run('method: critical-batch-size\nsweep:\n  batchsizes: [8, 16, 32, 64]\n')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toBe('loupe: config.yaml:3:3: unknown key "batchsizes" in sweep. Did you mean "batchSizes"?\n')
  })

  it('lists what is known where nothing comes near', async () => {
    const { code, stderr } = await run('model:\n  kind: cnn\n  colour: red\n')
    expect(code).toBe(2)
    expect(stderr).toContain('config.yaml:3:3: unknown key "colour" in model. Known there: kind, channels, kernelSize')
  })

  it('names each value that is out of range, with what was found', async () => {
    const { code, stderr } = await run('batchSize: -4\nseed: many\ntarget:\n  criterion: train-los\n')
    expect(code).toBe(2)
    expect(stderr).toMatch(/config\.yaml:1:12: batchSize: .*>=1, got -4/)
    expect(stderr).toMatch(/config\.yaml:2:7: seed: .*got "many"/)
    expect(stderr).toMatch(/config\.yaml:4:14: target\.criterion: .*"train-loss".*got "train-los"/)
  })

  it('gives line and column of YAML that does not parse', async () => {
    const { code, stderr } = await run('batchSize: 4\nmodel: {kind: mlp, hidden: [8\n')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^loupe: config\.yaml:\d+:\d+: /)
  })

  it('says so of an alias that names nothing', async () => {
    const { code, stderr } = await run('name: *nowhere\n')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^loupe: config\.yaml:1:1: .*nowhere/)])
  })

  it('says so of an empty file, a list, a missing file and a folder', async () => {
    expect((await run('')).stderr).toContain('config.yaml:1:1: a config is a mapping of keys to values, and this is empty')
    expect((await run('- 1\n')).stderr).toContain('and this is a list')
    const missing = await loupe(['run', folder.file('none.yaml')])
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('There is no file')])
    const directory = await loupe(['run', folder.path])
    expect([directory.code, directory.stderr]).toEqual([2, expect.stringContaining('cannot be read (EISDIR)')])
  })

  it('is refused as a program wants it with --json: one line, and exit code 2', async () => {
    const { code, stdout } = await run('lr: 3\n')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    const asJson = await spawnLoupe(['--json', 'run', folder.file('config.yaml'), '--workspace', folder.file('w')])
    expect(asJson.lines).toEqual([{ error: { code: 'invalid-input', message: expect.stringContaining('unknown key "lr"'), facts: expect.objectContaining({ problems: [{ line: 1, column: 1, message: expect.any(String) }] }) } }])
  })
})

describe('a run that cannot work', () => {
  it('has a batch larger than the data set', async () => {
    const { code, stderr } = await run(`${digits}batchSize: 5000\n`)
    expect(code).toBe(2)
    expect(stderr).toMatch(/5000/)
    expect(stderr).toMatch(/129\d/) // a tenth of the 1438 training examples is held out
    const listed = await loupe(['list', '--json'])
    expect(listed.lines[0]).toMatchObject({ runs: [] }) // nothing was logged
  })

  it('has a study whose largest batch is larger than the data set', async () => {
    const { code, stderr } = await run('method: critical-batch-size\nrun: {dataset: {name: digits}}\nsweep: {batchSizes: [8, 16, 32, 4096]}\n')
    expect(code).toBe(2)
    expect(stderr).toContain('4096')
  })

  it('has a model that does not fit the data', async () => {
    const { code, stderr } = await run('dataset: {name: breast-cancer}\nmodel: {kind: cnn}\n')
    expect(code).toBe(2)
    expect(stderr).toMatch(/cnn/)
    expect(stderr).toMatch(/mlp/)
    const series = await run('dataset: {name: waves}\nmodel: {kind: vit}\n')
    expect(series.code).toBe(2)
    expect(series.stderr).toMatch(/vit.*\[128, 1\].*mlp, residual-mlp, or series-transformer/)
  })

  it('has a loss that becomes NaN: it fails, names the step, and exits with 1', async () => {
    const { code, stderr, stdout } = await run('dataset: {name: digits}\nmodel: {kind: mlp, hidden: [64, 64, 64]}\noptimizer: {kind: sgd, learningRate: 1000}\n')
    expect(code).toBe(1)
    expect(stdout).toContain('failed')
    expect(stdout).toContain('Error (not-finite)')
    expect(stderr).toMatch(/step \d+/)
  })

  it('has a target that it does not reach: it is censored, and exits with 0', async () => {
    const { code, lines } = await loupe(['--json', 'run', '-'], { input: `${digits}maxExamples: 500\ntarget: {criterion: train-loss, value: 0.0001}\n` })
    expect(code).toBe(0)
    expect(lines.at(-1)).toMatchObject({ run: { status: 'finished', censored: true } })
  })

  it('has a study that no run can reach the target of: no estimate, with a reason', async () => {
    await writeFile(folder.file('s.yaml'), `method: critical-batch-size\nrun:\n  ${digits.trim().replace('\n', '\n  ')}\nsweep: {batchSizes: [16, 32, 64, 128], minSeeds: 1, maxSeeds: 1, maxExamples: 500, target: {criterion: train-loss, value: 0.0001}}\n`)
    const { code, lines } = await loupe(['--json', 'run', folder.file('s.yaml')])
    expect(code).toBe(0)
    const { study } = lines.at(-1) as { readonly study: { readonly runs: readonly { readonly censored: boolean }[]; readonly criticalBatchSize: unknown } }
    expect(study.criticalBatchSize).toMatchObject({ estimate: null, low: null, high: null, reason: expect.stringMatching(/\w/) })
    expect(study.runs.every((each) => each.censored)).toBe(true)
  })

  it('needs more memory than there is', async () => {
    const { code, stderr } = await run('dataset: {name: digits}\nmodel: {kind: mlp, hidden: [65536, 65536, 65536]}\n')
    expect(code).toBe(1)
    expect(stderr).toMatch(/would need about \d+\.\d GB/)
  })

  it('needs a library that is not there', async () => {
    await mkdir(folder.file('empty'))
    const { code, stderr } = await run(digits, { env: { LOUPE_TENSORFLOW: folder.file('empty') } })
    expect(code).toBe(1)
    expect(stderr).toContain(folder.file('empty'))
    expect(stderr).toContain('node setup.mjs')
  })

  it('asks for a GPU where there is none', async () => {
    const { code, stderr } = await run(`${digits}compute: {device: gpu}\n`, { env: { CUDA_VISIBLE_DEVICES: '-1' } })
    expect(code).toBe(1)
    expect(stderr).toContain('asks for a GPU')
  })

  it('has data that do not read', async () => {
    await writeFile(folder.file('bad.csv'), 'a,b,label\n1,2,0\n1,x,1\n')
    const { code, stderr } = await run(`dataset: {name: file, path: ${folder.file('bad.csv')}}\n`)
    expect(code).toBe(2)
    expect(stderr).toContain('bad.csv')
  })
})

describe('a workspace in trouble', () => {
  it('is in use by another process', async () => {
    const writer = openLogWriter({ workspace: folder.file('workspace'), owner: 'another Loupe' })
    const { code, stderr } = await run(digits)
    writer.close()
    expect(code).toBe(1)
    expect(stderr).toContain('another Loupe')
  })

  it('is a file', async () => {
    await writeFile(folder.file('workspace'), '')
    const { code, stderr } = await run(digits)
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be a folder')])
  })

  it('has a log that is no log', async () => {
    openLogWriter({ workspace: folder.file('workspace') }).close()
    await writeFile(folder.file('workspace/loupe.db'), 'this is no database, but it is long enough to look at'.repeat(100))
    const { code, stderr } = await loupe(['list'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^loupe: /)
    expect(stderr).not.toContain('a fault in Loupe')
  })

  it('has a log from a newer Loupe', async () => {
    openLogWriter({ workspace: folder.file('workspace') }).close()
    const database = await open(folder.file('workspace/loupe.db'), 'r+')
    await database.write(Buffer.from([0, 0, 3, 231]), 0, 4, 60) // SQLite keeps user_version there, big-endian
    await database.close()
    for (const answer of [await loupe(['list']), await run(digits)]) {
      expect(answer.code).toBe(1)
      expect(answer.stderr).toMatch(/newer/)
    }
  })

  it('has no such id', async () => {
    openLogWriter({ workspace: folder.file('workspace') }).close()
    for (const command of ['show', 'resume', 'export']) {
      const { code, stderr } = await loupe([command, 'study-0042'])
      expect([command, code, stderr]).toEqual([command, 2, expect.stringContaining('study-0042')])
    }
  })
})

describe('an export', () => {
  it('that has a file in its way says so', async () => {
    const log = openLogWriter({ workspace: folder.file('workspace') })
    log.createRun({ studyId: null, key: '', config: runConfig.parse({}) })
    log.close()
    await writeFile(folder.file('taken'), '')
    const { code, stderr } = await loupe(['export', 'run-1', '--out', folder.file('taken')])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/taken.*EEXIST.*--out/)])
  })
})

describe('the command line itself', () => {
  it('refuses commands, options and methods that it does not know', async () => {
    for (const args of [['frobnicate'], ['run'], ['list', '--colour'], ['template', 'critical-batch-sise'], ['template', 'run', '--format', 'xml'], ['fit-points', '/none.csv'], ['serve', '--port', 'http'], ['serve', '--port', '70000']]) {
      expect([args, (await loupe(args)).code]).toEqual([args, 2])
    }
    expect((await loupe(['template', 'critical-batch-sise'])).stderr).toContain('Did you mean "critical-batch-size"?')
  })

  it('says which port is taken, and what to do', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo // listening on TCP
    const { code, stderr } = await loupe(['serve', '--port', String(port)])
    taken.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use`)
  })
})
