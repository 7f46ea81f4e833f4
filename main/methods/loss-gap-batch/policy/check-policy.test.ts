import { describe, expect, it } from 'vitest'
import { batchPolicyConfig } from '../../../contract/batch-policy-config.ts'
import { LoupeError } from '../../../contract/errors.ts'
import { runConfig } from '../../../contract/run-config.ts'
import { checkPolicy } from './check-policy.ts'

const data = { trainExamples: 10_000, validationExamples: 1000 }

function refusal(settings: Record<string, unknown>, { run = {}, facts = data }: { readonly run?: Record<string, unknown>; readonly facts?: typeof data } = {}): { readonly path: unknown; readonly message: string } | null {
  const { batchPolicy, ...rest } = runConfig.parse({ batchPolicy: { kind: 'loss-gap', ...settings }, ...run })
  try {
    checkPolicy({ config: { ...rest, batchPolicy: batchPolicy! }, facts })
    return null
  } catch (error) {
    if (!(error instanceof LoupeError) || error.code !== 'invalid-input') throw error
    return { path: error.facts['path'], message: error.message }
  }
}

/** The fields that the schema refuses, with what it says. */
function issues(settings: Record<string, unknown>): Record<string, string> {
  const { error } = batchPolicyConfig.safeParse({ kind: 'loss-gap', ...settings })
  return Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]))
}

describe('bad input is refused:', () => {
  it('nothing, at the defaults', () => {
    expect(refusal({})).toBeNull()
    expect(refusal({ kind: 'cabs' })).toBeNull()
  })

  it('batchMin < 1, and batchMin above batchMax, naming both numbers', () => {
    expect(Object.keys(issues({ batchMin: 0 }))).toEqual(['batchMin'])
    expect(issues({ batchMin: 64, batchMax: 32 })['batchMin']).toBe('batchMin 64 is above batchMax 32; lower it')
  })

  it('a first batch outside of the limits, naming both numbers', () => {
    expect(refusal({ batchMin: 64 }, { run: { batchSize: 32 } })).toEqual({ path: 'batchSize', message: 'The first batch size 32 is below batchMin 64. Raise it, or lower batchMin.' })
    expect(refusal({ batchMax: 256 }, { run: { batchSize: 512 } })).toMatchObject({ path: 'batchSize', message: expect.stringContaining('512 is above batchMax 256') })
  })

  it('a cap above the data set', () => {
    expect(refusal({}, { facts: { trainExamples: 500, validationExamples: 0 } })).toMatchObject({ path: 'batchPolicy.batchMax', message: expect.stringContaining('batchMax 1024 is a batch larger than the 500 training samples') })
  })

  it('a growth factor of 1 or less, a shrink factor not between 0 and 1, an n that is no integer from 1 to 4', () => {
    for (const growFactor of [1, 0.5, Number.NaN]) expect(Object.keys(issues({ growFactor }))).toEqual(['growFactor'])
    for (const shrinkFactor of [0, 1, -1]) expect(Object.keys(issues({ shrinkFactor }))).toEqual(['shrinkFactor'])
    for (const derivativeOrder of [0, 5, 1.5]) expect(Object.keys(issues({ derivativeOrder }))).toEqual(['derivativeOrder'])
  })

  it('thresholds below 0 or NaN, each on its field', () => {
    const fields = ['valueBelow', 'slopeBelow', 'relativeSlopeBelow', 'derivativeBelow', 'flatT', 'gradientNormBelow', 'divergeSigma', 'divergeRatio', 'divergeT', 'divergeGradientRatio']
    for (const field of fields) for (const value of [-1, Number.NaN]) expect(Object.keys(issues({ [field]: value }))).toContain(field)
  })

  it('a validation gap without a validation set', () => {
    for (const signal of ['validation-loss', 'validation-error']) {
      expect(refusal({ signals: ['train-loss', signal] }, { facts: { ...data, validationExamples: 0 } })).toMatchObject({ path: 'batchPolicy.signals', message: expect.stringContaining(`"${signal}" needs validation examples`) })
    }
  })

  it('no trigger at all with the gap as driver', () => {
    const off = { flatT: null, divergeSigma: null, divergeRatio: null, divergeT: null }
    expect(issues(off)['driver']).toMatch(/^the batch would never change/)
    expect(issues({ ...off, driver: 'epoch' })).toEqual({})
  })

  it('a window shorter than degree + 2 updates at batchMax, giving the least', () => {
    expect(refusal({ windowExamples: 4095 })).toMatchObject({ path: 'batchPolicy.windowExamples', message: expect.stringContaining('Use at least 4096') })
    expect(refusal({ windowExamples: 4096 })).toBeNull()
    expect(refusal({ windowExamples: 4096, derivativeOrder: 2 })).toMatchObject({ message: expect.stringContaining('Use at least 5120') })
  })

  it('CABS with momentum, and with anything else than plain SGD', () => {
    expect(refusal({ kind: 'cabs' }, { run: { optimizer: { kind: 'momentum' } } })).toEqual({ path: 'batchPolicy.kind', message: 'CABS is derived for SGD without momentum, and the optimiser is momentum (momentum 0.9). Use sgd, or another policy.' })
    expect(refusal({ kind: 'cabs' }, { run: { optimizer: { kind: 'adam' } } })?.path).toBe('batchPolicy.kind')
    expect(refusal({ kind: 'norm-test' }, { run: { optimizer: { kind: 'momentum' } } })).toBeNull()
  })

  it('a table that begins with another batch than the run', () => {
    const epochTable = [{ epoch: 0, batchSize: 128 }]
    expect(refusal({ driver: 'epoch', epochTable })).toMatchObject({ path: 'batchPolicy.epochTable', message: 'The table begins with batch size 128 at epoch 0, the run with 64. Make them equal.' })
    expect(refusal({ driver: 'epoch', epochTable }, { run: { batchSize: 128 } })).toBeNull()
  })

  it('a learning rate that moves with the batch twice, or that a line search finds', () => {
    expect(refusal({ learningRateRule: 'linear' }, { run: { schedule: { coupling: 'sqrt' } } })?.path).toBe('schedule.coupling')
    expect(refusal({ learningRateRule: 'sqrt' }, { run: { optimizer: { kind: 'armijo' } } })?.path).toBe('batchPolicy.learningRateRule')
  })

  it('noise estimates on more examples than there are', () => {
    expect(refusal({ kind: 'norm-test', batchMax: 64 }, { facts: { trainExamples: 500, validationExamples: 0 } })).toMatchObject({ path: 'noiseScale.shards', message: expect.stringContaining('16 shards of 32 = 512') })
  })
})
