import { WebSocket } from 'ws'
import { fromWireError, LoupeError } from '../contract/errors.ts'
import { fromWorker, parseJson } from './messages.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** A run's connection to one worker. */
export interface WorkerLink {
  /** As the run's config has it. */
  readonly host: string
  send(message: ToWorker): void
  /** The next answer, which must be of a kind: requests go one after the other. */
  answer<K extends FromWorker['kind']>(kind: K, withinMs: number): Promise<Extract<FromWorker, { kind: K }>>
  /** Called with pongs and with what comes unasked. */
  onMessage(listener: (message: FromWorker) => void): void
  /** Resolves when the connection is gone, with why. */
  readonly closed: Promise<string>
  terminate(): void
}

const GONE = 1006

/**
 * Connects to a worker.
 *
 * @throws LoupeError `worker-lost` where nobody listens or nobody answers, `invalid-input` where it is no worker of Loupe.
 */
export async function connectWorker(host: string, { withinMs }: { readonly withinMs: number }): Promise<WorkerLink> {
  const socket = new WebSocket(`ws://${host}/worker`, { handshakeTimeout: withinMs, perMessageDeflate: false })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', (error: NodeJS.ErrnoException) => reject(connectError(host, error)))
  })
  const listeners = new Set<(message: FromWorker) => void>()
  const waiting = new Set<(error: LoupeError) => void>()
  const closed = new Promise<string>((resolve) =>
    socket.once('close', (code, reason) => {
      const why = String(reason) || (code === GONE ? 'its connection broke' : `it closed the connection (${code})`)
      for (const fail of waiting) fail(new LoupeError('worker-lost', `The worker at ${host} is gone: ${why}. Start \`loupe worker\` there again.`, { host }))
      resolve(why)
    }),
  )
  socket.on('error', () => socket.terminate())
  socket.on('message', (data) => {
    const parsed = fromWorker.safeParse(parseJson(String(data)))
    if (!parsed.success) return fail(notAWorker(host, 'it answers in another way'))
    const message = parsed.data
    if (message.kind === 'refused' || message.kind === 'failed') return fail(prefixed(host, fromWireError(message.error)))
    for (const listener of listeners) listener(message)
  })

  function fail(error: LoupeError): void {
    for (const reject of waiting) reject(error)
    socket.terminate()
  }

  return {
    host,
    closed,
    send: (message) => socket.send(JSON.stringify(message), () => {}), // a socket that is gone is told by `closed`
    onMessage: (listener) => void listeners.add(listener),
    terminate: () => socket.terminate(),
    async answer(kind, limitMs) {
      if (socket.readyState !== WebSocket.OPEN) throw new LoupeError('worker-lost', `The worker at ${host} is gone: ${await closed}. Start \`loupe worker\` there again.`, { host })
      const { promise, resolve, reject } = Promise.withResolvers<Extract<FromWorker, { kind: typeof kind }>>()
      const listener = (message: FromWorker) => {
        if (isOf(message, kind)) resolve(message)
        else if (message.kind === 'ended') reject(new LoupeError('worker-lost', `TensorFlow's process at ${host} ended (${message.how}). Its output is in the worker's terminal.`, { host, how: message.how }))
      }
      const timer = setTimeout(() => reject(new LoupeError('worker-lost', `The worker at ${host} has not answered within ${limitMs / 1000} s. See whether it hangs.`, { host, limitMs })), limitMs)
      listeners.add(listener)
      waiting.add(reject)
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        listeners.delete(listener)
        waiting.delete(reject)
      }
    },
  }
}

function isOf<K extends FromWorker['kind']>(message: FromWorker, kind: K): message is Extract<FromWorker, { kind: K }> {
  return message.kind === kind
}

/** What the worker says, and which one it is. */
function prefixed(host: string, error: LoupeError): LoupeError {
  return new LoupeError(error.code, `${host}: ${error.message}`, { ...error.facts, host }, { cause: error })
}

function notAWorker(host: string, how: string): LoupeError {
  return new LoupeError('invalid-input', `What listens at ${host} is no worker of Loupe: ${how}. Give the address that \`loupe worker\` printed.`, { host })
}

function connectError(host: string, error: NodeJS.ErrnoException): LoupeError {
  const code = error.code ?? ''
  const facts = { host, reason: code || error.message }
  if (code === 'ECONNREFUSED') return new LoupeError('worker-lost', `Nobody listens at ${host}. Start \`loupe worker --listen ${host}\` there, or correct the port.`, facts)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new LoupeError('worker-lost', `There is no machine of the name in ${host}. Correct the name, or give its numeric address.`, facts)
  if (error.message.includes('handshake has timed out')) return new LoupeError('worker-lost', `What listens at ${host} does not answer. See whether the worker there hangs, or whether it is something else.`, facts)
  if (/Unexpected server response|Parse Error|Expected HTTP|Invalid/i.test(error.message) || code.startsWith('HPE_') || error.message.includes('hang up') || code === 'ECONNRESET') return notAWorker(host, error.message)
  return new LoupeError('worker-lost', `${host} cannot be reached (${code || error.message}). See whether the machine is on and its firewall lets this one through.`, facts)
}
