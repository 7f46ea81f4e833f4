import { LoupeError } from '../contract/errors.ts'
import { ownVersions, startWorker } from '../cluster/worker.ts'
import { isLoopback } from '../serve/access.ts'
import { locateLibrary } from '../tensorflow/library.ts'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { listenForInterrupt } from './signals.ts'

export interface WorkerCommandOptions {
  /** host:port */
  readonly listen: string
  readonly allowNetwork?: boolean
  readonly threads?: number
  readonly token?: string
  readonly tensorflowPort?: number
}

/** `loupe worker`: works for runs on other machines until Ctrl+C. */
export async function worker({ output }: Invocation, options: WorkerCommandOptions): Promise<number> {
  const { host, port } = readAddress(options.listen)
  const token = options.token ?? process.env['LOUPE_WORKER_TOKEN']
  checkExposure({ host, token, isAllowed: options.allowNetwork === true })
  locateLibrary() // a worker without TensorFlow says so now, not to the first run
  const { threads, tensorflowPort } = options
  const running = await startWorker({
    host,
    port,
    onNote: output.note,
    ...(token ? { token } : {}),
    ...(threads === undefined ? {} : { threads }),
    ...(tensorflowPort === undefined ? {} : { tensorflowPort }),
  })
  // Before the line that says so: whoever reads it may end the worker at once.
  const interrupted = new Promise<void>((resolve) => listenForInterrupt({ onFirst: resolve }))
  if (running.warning !== null) output.note(`Warning: ${running.warning}`)
  const address = `${host.includes(':') ? `[${host}]` : host}:${running.port}`
  const { loupe, tensorflow } = ownVersions
  output.result({ json: { worker: { address, host, port: running.port, pid: process.pid, loupe, tensorflow } }, text: `Loupe ${loupe} worker at ${address}, ready. Ctrl+C ends it.` })
  await interrupted
  await running.close()
  return exitCodes.done
}

/** @throws LoupeError `invalid-input` */
function readAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/\s]+)):(\d{1,5})$/.exec(text)
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])]
  if (host !== undefined && port <= 65535) return { host, port }
  throw new LoupeError('invalid-input', `--listen takes host:port, such as 127.0.0.1:4750, but was given "${text}".`, { listen: text })
}

/** @throws LoupeError `invalid-input` where others would reach this machine without that being said, or without having to show a token. */
function checkExposure({ host, token, isAllowed }: { readonly host: string; readonly token: string | undefined; readonly isAllowed: boolean }): void {
  if (isLoopback(host)) return
  if (!isAllowed) {
    throw new LoupeError(
      'invalid-input',
      `Other machines reach ${host}, and TensorFlow, which answers them while a run works here, asks nobody who he is: they can read and write your files. On a private network that you trust add --allow-network; else listen on 127.0.0.1 and use an SSH tunnel (main/cluster/README.md).`,
      { host },
    )
  }
  if (!token) throw new LoupeError('invalid-input', `A worker on ${host} needs a token, so that not everybody starts TensorFlow here: set LOUPE_WORKER_TOKEN, the same here and where the run starts, or give --token.`, { host })
}
