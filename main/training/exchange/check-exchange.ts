import { LoupeError, type ErrorFacts } from '../../contract/errors.ts'
import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import type { RunConfig } from '../../contract/run-config.ts'

/** Above this share one side of a symmetric distribution has no threshold: it would lie on the other side of the middle. */
const MOST_OF_ONE_SIDE = 0.5

/**
 * Refuses an exchange that its schema lets through: one that contradicts the rest of the run, or itself. Nothing for a run without one.
 *
 * @param parameters  Of the model; null where they are not known yet.
 * @throws LoupeError `invalid-input`, with the `path` of the setting.
 */
export function checkExchange(config: RunConfig, parameters: number | null): void {
  const { exchange } = config
  if (exchange === null) return
  checkTraining(config, exchange)
  if (exchange.target === 'weight-delta') checkDeltas(exchange)
  checkHosts(exchange)
  checkRatios(exchange, parameters)
}

/** What workers cannot do beside their exchange. */
function checkTraining({ batchSize, batchPolicy, optimizer }: RunConfig, { workers, momentum }: ExchangeConfig): void {
  if (workers > batchSize) {
    refuse(`${workers} workers cannot share a batch of ${batchSize}: each needs an example at least. Use a batch size of ${workers} or more, or at most ${batchSize} workers.`, { path: 'exchange.workers', workers, batchSize })
  }
  if (batchPolicy !== null) {
    refuse(`The workers' shares of a batch are fixed, and the batch policy "${batchPolicy.kind}" would change the batch. Set batchPolicy or exchange to null.`, { path: 'batchPolicy', policy: batchPolicy.kind })
  }
  if (optimizer.kind === 'armijo') {
    refuse('An Armijo line search tries steps along the whole gradient, and workers have a part of it each. Choose another optimizer, or set exchange to null.', { path: 'optimizer.kind', optimizer: optimizer.kind })
  }
  if (momentum === 'worker' && optimizer.kind !== 'momentum' && optimizer.kind !== 'nesterov') {
    refuse(`exchange.momentum "worker" keeps the optimizer's momentum at the workers, and ${optimizer.kind} has none that could be kept there. Set it to "receiver", or choose the optimizer momentum or nesterov.`, { path: 'exchange.momentum', optimizer: optimizer.kind })
  }
}

/** What is made for gradients that are exchanged at every step, and has no meaning for the weights of workers that move by themselves. */
function checkDeltas({ momentum, clipNorm, memory, localSteps, windowSteps }: ExchangeConfig): void {
  if (momentum === 'worker') {
    refuse('exchange.momentum "worker" corrects the momentum of gradients that are held back, and each worker\'s optimizer keeps its own momentum where weight deltas are exchanged. Set it to "receiver", or exchange.target to "gradient".', { path: 'exchange.momentum', target: 'weight-delta' })
  }
  if (clipNorm !== null) {
    refuse(`exchange.clipNorm ${clipNorm} clips gradients before they are sent, and weight deltas are differences of weights. Set it to null, or exchange.target to "gradient".`, { path: 'exchange.clipNorm', clipNorm, target: 'weight-delta' })
  }
  if (memory === 'window') {
    refuse(`exchange.memory "window" sums up what is sent every ${windowSteps} steps, and a weight delta is such a sum, of exchange.localSteps ${localSteps} steps. Set memory to "residual" or "none" and localSteps to the steps wanted.`, { path: 'exchange.memory', memory, target: 'weight-delta' })
  }
}

function checkHosts({ hosts, workers }: ExchangeConfig): void {
  if (hosts.length === 0) return
  if (hosts.length !== workers) {
    refuse(`There are ${workers} workers and ${hosts.length} ${hosts.length === 1 ? 'address' : 'addresses'} for them. Name one for each, or none for replicas on this machine.`, { path: 'exchange.hosts', hosts: hosts.length, workers })
  }
  for (const [index, host] of hosts.entries()) {
    const port = Number(/^(?:\[[\da-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(host)?.[1] ?? Number.NaN)
    if (!(port >= 1 && port <= 65_535)) refuse(`The address "${host}" of worker ${index} is none of the form host:port, with a port from 1 to 65535, such as 10.0.0.5:4300.`, { path: `exchange.hosts.${index}`, host })
    if (hosts.indexOf(host) < index) refuse(`Workers ${hosts.indexOf(host)} and ${index} have one address, ${host}. Each runs at an address of its own.`, { path: `exchange.hosts.${index}`, host })
  }
}

function checkRatios({ compressor, warmupRatios }: ExchangeConfig, parameters: number | null): void {
  if (!('ratio' in compressor)) return
  const ratios = [{ ratio: compressor.ratio, path: 'exchange.compressor.ratio' }, ...warmupRatios.map((ratio, epoch) => ({ ratio, path: `exchange.warmupRatios.${epoch}` }))]
  for (const { ratio, path } of ratios) {
    if (compressor.kind === 'fitted' && compressor.side !== 'both' && ratio > MOST_OF_ONE_SIDE) {
      refuse(`A ratio of ${ratio} cannot be taken from the ${compressor.side} side alone, which holds half of the values. Use at most ${MOST_OF_ONE_SIDE}, or both sides.`, { path, ratio, side: compressor.side })
    }
    if (parameters !== null && ratio * parameters < 1) {
      refuse(`A ratio of ${ratio} asks for less than one of the model's ${parameters} values, so nothing would be learned. Use at least ${(1 / parameters).toPrecision(2)}.`, { path, ratio, parameters })
    }
  }
}

function refuse(message: string, facts: ErrorFacts): never {
  throw new LoupeError('invalid-input', message, facts)
}
