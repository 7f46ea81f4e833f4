import type { Transport } from '../contract/rpc.ts'
import { forkEngine, startEngineHost } from '../engine/host.ts'
import type { EngineHost } from '../engine/host.ts'
import { openLogReader } from '../log/open.ts'
import { createQueryHandlers } from './query-handlers.ts'
import { route } from './route.ts'

/** An engine process and a reader of its log, behind one transport. */
export interface Backend {
  readonly transport: Transport
  readonly host: EngineHost
  close(): Promise<void>
}

/**
 * Starts the engine of a workspace in a process of its own, and answers queries here, so that training never delays them.
 *
 * @throws LoupeError `conflict` and whatever else keeps the engine from starting.
 */
export async function startBackend(options: { readonly workspace: string; readonly owner: string }): Promise<Backend> {
  const host = startEngineHost({ start: forkEngine(options) })
  try {
    await host.ready // the engine makes the log where there is none, and brings an old one up to date
    const reader = openLogReader({ workspace: options.workspace })
    return {
      host,
      transport: route({ queries: createQueryHandlers({ reader, workspace: options.workspace }), engine: host }),
      async close() {
        await host.close()
        reader.close()
      },
    }
  } catch (error) {
    await host.close()
    throw error
  }
}
