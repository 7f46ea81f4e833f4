import type { Lever } from '../../contract/batch-policy-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import { describeRealisation, microBatchOf, shortName } from './realisation.ts'
import type { DeviceState, PlannedRealisation, Realisation } from './realisation.ts'

export interface RealisationRequest {
  /** Asked for, in examples. */
  readonly batchSize: number
  /** In the order in which they join; the first holds the variables. */
  readonly devices: readonly DeviceState[]
  /** What is done now; null before the first step. */
  readonly current: Realisation | null
  /** In use when a run begins. */
  readonly devicesAtStart: number
  /** Of the run's first update: shrinking gives back memory down to this, then devices. Null before the first step. */
  readonly firstMicroBatch: number | null
  readonly growOrder: readonly Lever[]
  readonly shrinkOrder: readonly Lever[]
}

/** What the levers have been set to: devices in use, the largest micro-batch they may take, loops that are not given up. */
interface Setting {
  readonly devices: readonly DeviceState[]
  readonly micro: number
  readonly loops: number
}

/**
 * Turns a batch size into replicas × micro-batches × loops.
 *
 * Growing pulls the levers in their order until the batch fits into one loop: a free device joins, with micro-batches as they are; else
 * micro-batches grow as far as memory allows; else there are more loops. Shrinking goes back in its order: loops, then micro-batches
 * down to that of the run's first update, then devices, then smaller micro-batches still. The same batch size asked for again
 * keeps the setting, unless a device is gone or its limit has come down. Micro-batches add up to the batch and are as even as the
 * devices' limits allow.
 *
 * @throws LoupeError `out-of-memory`, with the table of devices, where not even one example fits.
 *
 * @example One device, 64 at once, 128 asked for. A device free: 2 × 64 × 1. None free, room for 128: 1 × 128 × 1. No room: 1 × 64 × 2.
 */
export function planRealisation(request: RealisationRequest): PlannedRealisation {
  const { batchSize, current } = request
  const usable = request.devices.filter((device) => device.state !== 'gone' && largestOf(device) >= 1)
  if (usable.length === 0) throw nothingFits(request)
  const setting = current === null ? startSetting(request, usable) : changedSetting(request, current, usable)
  const realisation = spread(batchSize, setting)
  const levers = current === null ? [] : leversBetween(current, realisation, batchSize < current.batchSize ? request.shrinkOrder : request.growOrder)
  return { realisation, lever: levers[0] ?? null, levers, reason: reasonFor({ request, usable, realisation, levers }) }
}

function startSetting({ batchSize, devicesAtStart }: RealisationRequest, usable: readonly DeviceState[]): Setting {
  const devices = usable.slice(0, Math.min(devicesAtStart, batchSize))
  return { devices, micro: neededMicro(batchSize, devices), loops: 1 }
}

function changedSetting(request: RealisationRequest, current: Realisation, usable: readonly DeviceState[]): Setting {
  const inUse = new Set(current.replicas.map(({ device }) => device))
  const kept = usable.filter(({ name }) => inUse.has(name))
  // Cut evenly, micro-batches may be smaller than what was there room for from the start.
  const micro = Math.max(microBatchOf(current), request.firstMicroBatch ?? 0)
  const setting = { devices: kept.length > 0 ? kept : usable.slice(0, 1), micro, loops: current.loops }
  return request.batchSize < current.batchSize ? shrunk(request, setting) : grown(request, setting, usable)
}

/** Pulls levers until the batch fits into one loop, or loops are what is left. */
function grown({ batchSize, current, growOrder }: RealisationRequest, start: Setting, usable: readonly DeviceState[]): Setting {
  let setting = start
  // Loops that are there already stay where the batch did not grow.
  const loops = batchSize === current?.batchSize ? start.loops : 1
  for (const lever of growOrder) {
    if (lever === 'loops' || capacity(setting) * loops >= batchSize) break
    if (lever === 'memory') {
      const room = Math.max(setting.micro, ...setting.devices.map(largestOf))
      setting = { ...setting, micro: Math.min(room, Math.max(setting.micro, neededMicro(batchSize, setting.devices))) }
    } else {
      for (const device of usable) {
        if (capacity(setting) * loops >= batchSize) break
        if (!setting.devices.includes(device)) setting = { ...setting, devices: [...setting.devices, device] }
      }
    }
  }
  return { ...setting, loops: 1 }
}

/** Gives back what is not needed any more. */
function shrunk({ batchSize, firstMicroBatch, shrinkOrder }: RealisationRequest, start: Setting): Setting {
  let setting = start
  for (const lever of shrinkOrder) {
    const { devices, micro, loops } = setting
    if (lever === 'loops') setting = { ...setting, loops: Math.max(1, Math.min(loops, Math.ceil(batchSize / capacity(setting)))) }
    if (lever === 'memory') {
      const least = Math.min(micro, firstMicroBatch ?? 1)
      setting = { ...setting, micro: Math.max(least, Math.min(micro, Math.ceil(batchSize / (devices.length * loops)))) }
    }
    if (lever === 'devices') {
      let count = devices.length
      while (count > 1 && capacity({ ...setting, devices: devices.slice(0, count - 1) }) * loops >= batchSize) count -= 1
      setting = { ...setting, devices: devices.slice(0, count) }
    }
  }
  return setting
}

/** Examples of one loop. */
function capacity({ devices, micro }: Setting): number {
  return devices.reduce((sum, device) => sum + Math.min(micro, largestOf(device)), 0)
}

/** The micro-batch with which one loop takes the whole batch: even, but for devices that hold less. */
function neededMicro(batchSize: number, devices: readonly DeviceState[]): number {
  const limits = devices.map(largestOf).sort((a, b) => a - b)
  let left = batchSize
  for (const [i, limit] of limits.entries()) {
    const even = Math.ceil(left / (limits.length - i))
    if (even <= limit) return even
    left -= limit
  }
  return limits.at(-1) ?? batchSize
}

/** Cuts a batch into loops, and each loop into micro-batches, as evenly as can be. */
function spread(batchSize: number, setting: Setting): Realisation {
  const loops = Math.max(setting.loops, Math.ceil(batchSize / capacity(setting)))
  const microBatches = setting.devices.map((): number[] => [])
  let left = batchSize
  for (let loop = 0; loop < loops; loop++) {
    const examples = Math.ceil(left / (loops - loop))
    left -= examples
    evenly(examples, setting.devices.map(largestOf)).forEach((size, i) => {
      if (size > 0) microBatches[i]?.push(size)
    })
  }
  const replicas = setting.devices.map(({ name }, i) => ({ device: name, microBatches: microBatches[i] ?? [] }))
  return { batchSize, replicas: replicas.filter((replica) => replica.microBatches.length > 0), loops }
}

/** Shares examples out, none above its limit; earlier ones take what is left over. */
function evenly(examples: number, limits: readonly number[]): readonly number[] {
  const shares = limits.map(() => 0)
  let left = examples
  const byLimit = limits.map((limit, i) => ({ limit, i })).sort((a, b) => a.limit - b.limit || b.i - a.i)
  for (const [done, { limit, i }] of byLimit.entries()) {
    const share = Math.min(limit, Math.floor(left / (byLimit.length - done)))
    shares[i] = share
    left -= share
  }
  return shares
}

function leversBetween(before: Realisation, after: Realisation, order: readonly Lever[]): readonly Lever[] {
  const names = (realisation: Realisation) => realisation.replicas.map(({ device }) => device).join(' ')
  const moved: Readonly<Record<Lever, boolean>> = {
    devices: names(before) !== names(after),
    memory: after.batchSize < before.batchSize ? microBatchOf(after) < microBatchOf(before) : microBatchOf(after) > microBatchOf(before),
    loops: before.loops !== after.loops,
  }
  return order.filter((lever) => moved[lever])
}

function reasonFor({ request, usable, realisation, levers }: { readonly request: RealisationRequest; readonly usable: readonly DeviceState[]; readonly realisation: Realisation; readonly levers: readonly Lever[] }): string {
  const { current } = request
  const shape = describeRealisation(realisation)
  if (current === null) return `at the start: ${shape}`
  const says: string[] = []
  const gone = current.replicas.filter(({ device }) => !usable.some(({ name }) => name === device)).map(({ device }) => shortName(device))
  if (gone.length > 0) says.push(`${gone.join(', ')} ${gone.length === 1 ? 'is' : 'are'} gone`)
  says.push(...(realisation.batchSize < current.batchSize ? shrinkReasons(current, realisation, levers) : growReasons({ request, usable, current, realisation, levers })))
  return `${says.length > 0 ? says.join('; ') : 'it fits as it is'}: ${shape}`
}

function growReasons({ request, usable, current, realisation, levers }: { readonly request: RealisationRequest; readonly usable: readonly DeviceState[]; readonly current: Realisation; readonly realisation: Realisation; readonly levers: readonly Lever[] }): string[] {
  const used = new Set(realisation.replicas.map(({ device }) => device))
  const joined = [...used].filter((device) => !current.replicas.some((replica) => replica.device === device)).map(shortName)
  const tried = request.growOrder.slice(0, request.growOrder.indexOf(levers.at(-1) ?? 'devices') + 1)
  return tried.flatMap((lever) => {
    if (lever === 'devices') {
      if (joined.length > 0) return [`${joined.join(', ')} ${joined.length === 1 ? 'was free and joins' : 'were free and join'}`]
      return usable.every(({ name }) => used.has(name)) ? ['no free device'] : []
    }
    if (lever === 'memory') {
      const first = shortName(realisation.replicas[0]?.device ?? '')
      const where = realisation.replicas.length === 1 ? `${first} has` : `${realisation.replicas.length} devices have`
      return levers.includes('memory') ? [`${where} room for micro-batches of ${microBatchOf(realisation)}`] : [`no room for micro-batches above ${Math.max(...usable.filter(({ name }) => used.has(name)).map(largestOf))}`]
    }
    return levers.includes('loops') ? [`${realisation.loops} ${realisation.loops === 1 ? 'loop' : 'loops'} instead of ${current.loops}`] : []
  })
}

function shrinkReasons(before: Realisation, after: Realisation, levers: readonly Lever[]): string[] {
  return levers.map((lever) => {
    if (lever === 'loops') return `${after.loops} ${after.loops === 1 ? 'loop' : 'loops'} instead of ${before.loops}`
    if (lever === 'memory') return `micro-batches of ${microBatchOf(after)} instead of ${microBatchOf(before)}`
    const released = before.replicas.filter(({ device }) => !after.replicas.some((replica) => replica.device === device)).map(({ device }) => shortName(device))
    return `${released.join(', ')} ${released.length === 1 ? 'is' : 'are'} given back`
  })
}

function largestOf({ largestMicroBatch }: DeviceState): number {
  return largestMicroBatch ?? Number.POSITIVE_INFINITY
}

function nothingFits({ batchSize, devices }: RealisationRequest): LoupeError {
  const table = devices.map(({ name, state, largestMicroBatch }) => `${shortName(name)} ${state}, ${largestMicroBatch === null ? 'no limit known' : `at most ${largestMicroBatch} examples at once`}`)
  return new LoupeError('out-of-memory', `A batch of ${batchSize} cannot be done: no device holds even a micro-batch of 1. Devices: ${table.join('; ') || 'none'}. Use a smaller model, or raise memoryLimitMiB or largestMicroBatch.`, {
    batchSize,
    devices,
  })
}
