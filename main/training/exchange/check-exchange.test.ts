import { describe, expect, it } from 'vitest'
import { exchangeConfig } from '../../contract/exchange-config.ts'
import { runConfig } from '../../contract/run-config.ts'
import { checkExchange } from './check-exchange.ts'

function refusal(exchange: object, rest: object = {}, parameters: number | null = 10_000): unknown {
  try {
    checkExchange(runConfig.parse({ batchSize: 64, ...rest, exchange }), parameters)
  } catch (error) {
    return error
  }
  return null
}
const refused = (path: string, message: string) => ({ code: 'invalid-input', message: expect.stringContaining(message), facts: expect.objectContaining({ path }) })
const policy = { kind: 'loss-gap', batchMin: 8, batchMax: 64 }

describe('an exchange', () => {
  it.each([
    ['the default', {}, {}],
    ['as many workers as examples', { workers: 64 }, {}],
    ['an address for each worker', { workers: 3, hosts: ['127.0.0.1:4300', 'gpu-box.local:65535', '[::1]:1'] }, {}],
    ['momentum at the workers', { momentum: 'worker' }, { optimizer: { kind: 'nesterov' } }],
    ['half of the values from one side', { compressor: { kind: 'fitted', ratio: 0.5, side: 'upper' } }, {}],
    ['all values from both', { compressor: { kind: 'fitted', ratio: 1 } }, {}],
    ['a ratio above a half of a compressor without sides', { compressor: { kind: 'top-k', ratio: 0.9 } }, {}],
    ['one value of the model', { compressor: { kind: 'top-k', ratio: 1e-4 } }, {}],
    ['weight deltas', { target: 'weight-delta', localSteps: 1 }, { optimizer: { kind: 'adam' } }],
    ['weight deltas without a memory', { target: 'weight-delta', memory: 'none', masking: true, startStep: 3 }, { optimizer: { kind: 'momentum' } }],
    ['compressors without a ratio', { compressor: { kind: 'qsgd' }, warmupRatios: [1e-9] }, {}],
  ])('is let through with %s', (_, exchange, rest) => {
    expect(refusal(exchange, rest)).toBeNull()
  })

  it.each([
    ['more workers than examples in a batch', { workers: 5 }, { batchSize: 4 }, refused('exchange.workers', '5 workers cannot share a batch of 4')],
    ['a batch that changes', {}, { batchPolicy: policy }, refused('batchPolicy', 'the batch policy "loss-gap" would change the batch')],
    ['a line search', {}, { optimizer: { kind: 'armijo' } }, refused('optimizer.kind', 'Choose another optimizer')],
    ['momentum at the workers that the optimizer does not have', { momentum: 'worker' }, { optimizer: { kind: 'adam' } }, refused('exchange.momentum', 'adam has none')],
    ['weight deltas of corrected momentum', { target: 'weight-delta', momentum: 'worker' }, { optimizer: { kind: 'momentum' } }, refused('exchange.momentum', 'optimizer keeps its own momentum where weight deltas are exchanged. Set it to "receiver"')],
    ['weight deltas and clipped gradients', { target: 'weight-delta', clipNorm: 2 }, {}, refused('exchange.clipNorm', 'exchange.clipNorm 2 clips gradients before they are sent')],
    ['a window of weight deltas', { target: 'weight-delta', memory: 'window', windowSteps: 6, localSteps: 3 }, {}, refused('exchange.memory', 'a weight delta is such a sum, of exchange.localSteps 3 steps')],
    ['weight deltas and a line search', { target: 'weight-delta' }, { optimizer: { kind: 'armijo' } }, refused('optimizer.kind', 'Choose another optimizer')],
    ['fewer addresses than workers', { workers: 4, hosts: ['a:1'] }, {}, refused('exchange.hosts', '4 workers and 1 address for them')],
    ['more addresses than workers', { workers: 2, hosts: ['a:1', 'b:1', 'c:1'] }, {}, refused('exchange.hosts', '2 workers and 3 addresses')],
    ['an address without a port', { workers: 2, hosts: ['a:1', 'b'] }, {}, refused('exchange.hosts.1', 'The address "b" of worker 1 is none of the form host:port')],
    ['a port that there is not', { workers: 2, hosts: ['a:1', 'b:65536'] }, {}, refused('exchange.hosts.1', 'a port from 1 to 65535')],
    ['port 0', { workers: 2, hosts: ['a:0', 'b:1'] }, {}, refused('exchange.hosts.0', '"a:0"')],
    ['an address that is a URL', { workers: 2, hosts: ['grpc://a:1', 'b:1'] }, {}, refused('exchange.hosts.0', 'grpc://a:1')],
    ['one address twice', { workers: 2, hosts: ['a:1', 'a:1'] }, {}, refused('exchange.hosts.1', 'Workers 0 and 1 have one address, a:1')],
    ['more than half from one side', { compressor: { kind: 'fitted', ratio: 0.51, side: 'lower' } }, {}, refused('exchange.compressor.ratio', 'Use at most 0.5')],
    ['more than half from one side in the warm-up', { compressor: { kind: 'fitted', side: 'upper' }, warmupRatios: [0.25, 0.75] }, {}, refused('exchange.warmupRatios.1', 'A ratio of 0.75')],
    ['less than one value of the model', { compressor: { kind: 'sidco', ratio: 9e-5 } }, {}, refused('exchange.compressor.ratio', "less than one of the model's 10000 values")],
  ])('is refused with %s', (_, exchange, rest, expected) => {
    expect(refusal(exchange, rest)).toMatchObject(expected)
  })

  it('is not held against a model that is not known yet', () => {
    expect(refusal({ compressor: { kind: 'top-k', ratio: 1e-9 } }, {}, null)).toBeNull()
  })

  it.each([
    [{ compressor: { kind: 'fitted', ratio: 0 } }],
    [{ compressor: { kind: 'fitted', ratio: 1.01 } }],
    [{ compressor: { kind: 'top-k', ratio: -0.1 } }],
    [{ workers: 1 }],
    [{ target: 'weights' }],
    [{ target: 'weight-delta', localSteps: 0 }],
    [{ target: 'weight-delta', localSteps: 2.5 }],
    [{ target: 'weight-delta', localSteps: 10_001 }],
    [{ workers: 65 }],
    [{ compressor: { kind: 'fitted', distribution: 'student-t', degreesOfFreedom: 0 } }],
    [{ compressor: { kind: 'fitted', distribution: 'gumbel' } }],
    [{ compressor: { kind: 'threshold', threshold: 0 } }],
  ])('is refused by its schema: %j', (exchange) => {
    expect(exchangeConfig.safeParse(exchange).success).toBe(false)
  })
})
