import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { toWireError } from '../contract/errors.ts'
import { openTensorFlow, startTensorFlowServer } from '../tensorflow/open.ts'
import { toServer } from './messages.ts'
import type { FromServer } from './messages.ts'

/**
 * The process of a worker that holds TensorFlow: `tensorflow-process.ts --port PORT`, started by the worker, one for each cluster,
 * because TensorFlow has no clean stop of a server. It ends when the worker kills it or is gone.
 */
async function main(): Promise<void> {
  // Nothing here is worth saving, and leaving in order waits for calls that may hang.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
  const answering = async (answer: () => Promise<FromServer>) => send(await answer().catch((error: unknown) => ({ kind: 'failed', error: toWireError(error) }) as const))

  process.on('message', (raw) => {
    const message = toServer.parse(raw)
    if (message.kind === 'ping') return send({ kind: 'pong', id: message.id })
    const { addresses, task, port, threads, parallelOps, confineTo } = message
    void answering(async () => {
      const { isConfined } = await startTensorFlowServer({ addresses, task, port, threads, parallelOps, ...(confineTo === null ? {} : { confineTo }) })
      return { kind: 'started', isConfined }
    })
  })
  await answering(async () => {
    const tensorflow = await openTensorFlow()
    return { kind: 'ready', devices: [...(await tensorflow.devices())], port: Number(values.port) || (await freePort()) }
  })
}

function send(message: FromServer): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

/** A port that nothing listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, () => {
      const { port } = server.address() as AddressInfo // a server on a port has such an address
      server.close(() => resolve(port))
    })
  })
}

await main()
