import { parseArgs } from 'node:util'
import { toWireError } from '../contract/errors.ts'
import { toEngine } from './port.ts'
import type { FromEngine, Port } from './port.ts'

/** Exit status of an engine that could not start and has said why. */
const REFUSED = 3

/**
 * The engine as a process of its own: `entry.ts --workspace DIR`, over Node's IPC channel or Electron's `parentPort`.
 *
 * It exits by itself, after saving, when it is asked to, when its host is gone, or on SIGTERM and SIGINT.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { workspace: { type: 'string' }, owner: { type: 'string' } } })
  const port = openPort()
  const post = (message: FromEngine) => port.post(message)
  if (values.workspace === undefined) throw new Error('The engine needs --workspace DIR.')

  const { openWorkbench } = await import('./workbench.ts')
  const workbench = await openWorkbench({ workspace: values.workspace, ...(values.owner === undefined ? {} : { owner: values.owner }) }).catch((error: unknown) => {
    post({ kind: 'refused', error: toWireError(error) })
    process.exitCode = REFUSED
    return null
  })
  if (workbench === null) {
    // The message must be out before the process ends.
    setTimeout(() => process.exit(REFUSED), 100)
    return
  }

  let leaving = false
  const leave = () => {
    if (leaving) return
    leaving = true
    workbench.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
  port.onClose(leave)
  workbench.onEvent((event) => post({ kind: 'event', event }))
  port.onMessage((raw) => {
    const message = toEngine.safeParse(raw)
    if (!message.success) return
    if (message.data.kind === 'close') return leave()
    const { id, name, input } = message.data
    void workbench.request(name, input).then((response) => post({ kind: 'response', id, response }))
  })
  post({ kind: 'ready' })
}

/** Electron's end of a utility process, as far as it is used here. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
}

function openPort(): Port {
  const parentPort = 'parentPort' in process ? (process.parentPort as ParentPort | undefined) : undefined // only Electron's own types declare it
  if (parentPort !== undefined) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
      onClose: () => {}, // Electron ends its utility processes itself, with SIGTERM
    }
  }
  if (process.send === undefined) throw new Error('The engine is started by its host, over an IPC channel. To train on the command line, use `loupe run`.')
  return {
    // A host that died between two messages is noticed by onClose.
    post: (message) => void (process.connected && process.send?.(message, undefined, undefined, () => {})),
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.on('disconnect', listener),
  }
}

process.on('unhandledRejection', (error) => {
  console.error(error)
  process.exit(1)
})
await main()
