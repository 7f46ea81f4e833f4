import { toWireError } from '../main/contract/errors.ts'
import type { WireError } from '../main/contract/errors.ts'
import type { Transport } from '../main/contract/rpc.ts'
import { startEngineHost } from '../main/engine/host.ts'
import type { EngineProcess } from '../main/engine/host.ts'
import type { LogReader } from '../main/log/log.ts'
import { openLogReader } from '../main/log/open.ts'
import { createQueryHandlers } from '../main/serve/query-handlers.ts'
import { route } from '../main/serve/route.ts'

/** The engine and a reader of its log, behind one transport that takes requests from the start. */
export interface Backend {
  readonly transport: Transport
  /** Null once the engine runs; else why it refused to start, such as `conflict` or `log-too-new`. */
  readonly started: Promise<WireError | null>
  /** Lets the engine save and end. */
  close(): Promise<void>
}

/**
 * Starts the engine of a workspace and answers the window: commands go to the engine, questions to a reader in this
 * process, which training never delays. The window need not wait: what it asks before the engine is up is answered then.
 */
export function startBackend({ workspace, start }: { workspace: string; start: () => EngineProcess }): Backend {
  const host = startEngineHost({ start })
  let reader: LogReader | null = null
  const opened = host.ready.then((): Transport => {
    const opening = openLogReader({ workspace })
    reader = opening
    return route({ queries: createQueryHandlers({ reader: opening, workspace }), engine: host })
  })
  return {
    started: opened.then(
      () => null,
      (error: unknown) => toWireError(error),
    ),
    transport: {
      async request(name, input) {
        try {
          return await (await opened).request(name, input)
        } catch (error) {
          return { ok: false, error: toWireError(error) }
        }
      },
      onEvent: host.onEvent,
    },
    async close() {
      await host.close()
      reader?.close()
    },
  }
}
