import { toWireError } from '../contract/errors.ts'
import type { WireError } from '../contract/errors.ts'
import type { Transport } from '../contract/rpc.ts'
import { startEngineHost } from '../engine/host.ts'
import type { EngineProcess } from '../engine/host.ts'
import type { LogReader } from '../log/log.ts'
import { openLogReader } from '../log/open.ts'
import { createQueryHandlers } from './query-handlers.ts'
import type { PrintPdf } from './print-pdf.ts'
import { route } from './route.ts'

/** The engine and a reader of its log, behind one transport that takes requests from the start. */
export interface Backend {
  readonly transport: Transport
  /** Null once the engine runs; else why it refused to start, such as `conflict` or `log-too-new`. */
  readonly started: Promise<WireError | null>
  /** Lets the engine save and end. */
  close(): Promise<void>
}

/**
 * Starts the engine of a workspace in a process of its own and answers for it: commands go to the engine, questions to a
 * reader in this process, which training never delays. Nobody need wait: what is asked before the engine is up is answered then.
 *
 * @param options.printPdf  What prints reports; an installed Chromium where left out.
 * @param options.start  Makes the engine's process: `forkEngine` under Node, `utilityEngine` under Electron.
 */
export function startBackend({ workspace, start, printPdf }: { workspace: string; start: () => EngineProcess; printPdf?: PrintPdf }): Backend {
  const host = startEngineHost({ start })
  let reader: LogReader | null = null
  const opened = host.ready.then((): Transport => {
    const opening = openLogReader({ workspace })
    reader = opening
    return route({ queries: createQueryHandlers({ reader: opening, workspace, ...(printPdf === undefined ? {} : { printPdf }) }), engine: host })
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
