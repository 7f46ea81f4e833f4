import { describe, expect, it } from 'vitest'
import { commands } from '../../main/contract/commands.ts'
import { LoupeError } from '../../main/contract/errors.ts'
import { queries } from '../../main/contract/queries.ts'
import { answerCommands, createClient } from '../../main/contract/rpc.ts'
import type { CommandHandlers, Transport } from '../../main/contract/rpc.ts'
import { studyConfig } from '../../main/contract/study-config.ts'

const refuse = () => {
  throw new LoupeError('unsupported', 'This test does not answer that.')
}
const handlers: CommandHandlers = {
  'study.start': ({ config }) => ({ studyId: `study of ${config.method === 'critical-batch-size' ? config.sweep.batchSizes.length : config.method}` }),
  'study.pause': () => ({}),
  'study.resume': () => {
    throw new LoupeError('not-found', 'There is no study "x". Known: none.', { studyId: 'x' })
  },
  'study.stop': () => {
    throw new Error('a fault')
  },
  'study.extend': refuse,
  'study.stopPoint': refuse,
  'run.start': refuse,
  'run.pause': refuse,
  'run.resume': refuse,
  'run.stop': refuse,
  'run.end': refuse,
  'run.saveNetwork': refuse,
  'run.steer': refuse,
  'run.snapshotGradients': refuse,
  'run.branch': refuse,
  'run.exportModel': refuse,
  'model.compare': refuse,
  'run.previewImport': refuse,
  'run.import': refuse,
  'run.stopImport': refuse,
  'run.annotate': refuse,
  'study.annotate': refuse,
  'trash.put': refuse,
  'trash.restore': refuse,
  'trash.purge': refuse,
  'checkpoint.setKept': refuse,
  'checkpoint.prune': refuse,
  'checkpoint.export': refuse,
  'view.save': refuse,
  'view.delete': refuse,
  'dataset.keep': refuse,
  'dataset.forget': refuse,
  'model.measure': refuse,
  'study.estimate': refuse,
  'report.save': refuse,
  'report.pin': refuse,
  'report.copy': refuse,
  'report.fromStudy': refuse,
  'report.delete': refuse,
  'report.restore': refuse,
  'report.purge': refuse,
  'queue.list': refuse,
  'queue.move': refuse,
  'queue.setPriority': refuse,
  'queue.pause': refuse,
  'queue.resume': refuse,
  'queue.hold': refuse,
  'queue.release': refuse,
  'queue.resumeInterrupted': refuse,
  'queue.configure': refuse,
  'engine.describe': refuse,
}
const transport: Transport = { request: answerCommands(handlers), onEvent: () => () => {} }
const client = createClient(transport)

describe('the contract', () => {
  it('fills defaults in before the handler sees the input', async () => {
    expect(await client.request('study.start', { config: { method: 'critical-batch-size' } })).toEqual({ studyId: 'study of 8' })
  })

  it('carries code, message and facts of an error across', async () => {
    await expect(client.request('study.resume', { studyId: 'x' })).rejects.toMatchObject({ code: 'not-found', facts: { studyId: 'x' }, message: /no study/ })
  })

  it('calls what was not thrown on purpose internal', async () => {
    await expect(client.request('study.stop', { studyId: 'x' })).rejects.toMatchObject({ code: 'internal', message: 'a fault' })
  })

  it.each(['toString', '__proto__', 'constructor', 'study.nothing', ''])('refuses the unknown name %j', async (name) => {
    expect(await transport.request(name, {})).toMatchObject({ ok: false, error: { code: 'invalid-input' } })
  })

  it.each([...Object.entries(commands), ...Object.entries(queries)])('refuses a key that %s does not know, by name', (_name, { input }) => {
    const parsed = input.safeParse({ surprise: 1 })
    expect(parsed.success).toBe(false)
    expect(parsed.error?.issues.some((issue) => issue.code === 'unrecognized_keys' && issue.keys.includes('surprise'))).toBe(true)
  })

  it('reads its own complete default back unchanged', () => {
    const complete = studyConfig.parse({ method: 'critical-batch-size' })
    expect(studyConfig.parse(complete)).toEqual(complete)
  })

  it.each([
    ['the same batch size twice', { batchSizes: [8, 8, 16, 32, 64] }, /stands twice/],
    ['fewer than four batch sizes', { batchSizes: [8, 16, 32] }, />=4/],
    ['a batch size of 0', { batchSizes: [0, 16, 32, 64] }, />=1/],
    ['more seeds at least than at most', { minSeeds: 5, maxSeeds: 2 }, /above maxSeeds/],
  ])('refuses %s', (_what, sweep, message) => {
    const parsed = studyConfig.safeParse({ method: 'critical-batch-size', sweep })
    expect(parsed.error?.message).toMatch(message)
  })

  it.each([
    [{ kind: 'armijo', c: 0 }],
    [{ kind: 'armijo', c: 1 }],
    [{ kind: 'armijo', delta: 1 }],
    [{ kind: 'armijo', initialStep: 0 }],
    [{ kind: 'armijo', initialStep: 20, maxStep: 10 }],
    [{ kind: 'sgd', learningRate: -1 }],
    [{ kind: 'adam', beta1: 1 }],
  ])('refuses the optimizer %j', (optimizer) => {
    expect(studyConfig.safeParse({ method: 'critical-batch-size', run: { optimizer } }).success).toBe(false)
  })
})
