import type { CommandHandlers } from '../contract/rpc.ts'
import type { LogWriter } from '../log/log.ts'
import type { Emit } from './event-hub.ts'
import type { LogGate } from './log-gate.ts'

/** Answers the commands about the list of data sets. */
export function datasetHandlers({ writer, gate, emit }: { readonly writer: LogWriter; readonly gate: LogGate; readonly emit: Emit }): Pick<CommandHandlers, 'dataset.keep' | 'dataset.forget'> {
  const change = async (act: () => void): Promise<Record<string, never>> => {
    await gate.write(act)
    emit({ name: 'datasets.changed', payload: {} })
    return {}
  }
  return {
    'dataset.keep': async ({ dataset }) => await change(() => writer.keepDataset(dataset)),
    'dataset.forget': async ({ dataset }) => await change(() => writer.forgetDataset(dataset)),
  }
}
