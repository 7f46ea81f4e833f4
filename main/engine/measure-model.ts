import type { CommandOutput, ParsedCommandInput } from '../contract/commands.ts'
import { LoupeError } from '../contract/errors.ts'
import { devicesFor } from './devices.ts'
import type { Preparation } from './preparation.ts'

/**
 * Measures what the inference of a model takes at each depth.
 *
 * Times of the clock hold only on a machine that does nothing else, and a measurement would slow a run's steps and their logged times down as
 * well: while a run trains it is refused. It does not wait in a queue, for a study may take hours, and who asks waits for the answer.
 *
 * @param training  Tells which runs train now.
 * @throws LoupeError `conflict` while a run trains, or where one began meanwhile; `invalid-input` for a depth that the model does not have.
 */
export async function measureModel({ wanted, training, preparation }: { readonly wanted: ParsedCommandInput<'model.measure'>; readonly training: () => readonly string[]; readonly preparation: Preparation }): Promise<CommandOutput<'model.measure'>> {
  const { model, depths, batchSizes } = wanted
  refuseWhile(training())
  const dataset = await preparation.dataset(wanted.dataset)
  const runtime = await preparation.runtime()
  const [device] = devicesFor('auto', await runtime.devices())
  const { measureLatency } = await import('../training/export/measure-latency.ts')
  const measured = await measureLatency({ runtime, model, dataset, depths, batchSizes, ...(device === undefined ? {} : { device: device.name }) })
  refuseWhile(training())
  return { device: device?.name ?? '/device:CPU:0', depths: measured.map(({ latency, ...cost }) => ({ ...cost, latency: [...latency] })) }
}

function refuseWhile(runs: readonly string[]): void {
  if (runs.length === 0) return
  throw new LoupeError('conflict', `Latency cannot be measured while ${runs.join(', ')} ${runs.length === 1 ? 'trains' : 'train'}: each would slow the other down. Wait for the end, or pause first.`, { runs })
}
