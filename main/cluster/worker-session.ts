import { availableParallelism, totalmem } from 'node:os'
import type { WebSocket } from 'ws'
import { LoupeError, toWireError } from '../contract/errors.ts'
import { isSameToken } from '../serve/access.ts'
import { parseJson, PROTOCOL, toWorker } from './messages.ts'
import type { FromServer, FromWorker, ToWorker, Versions } from './messages.ts'
import { forkTensorFlow } from './tensorflow-child.ts'
import type { TensorFlowChild } from './tensorflow-child.ts'

/** Which run a worker works for: one at a time. */
export interface Occupation {
  current: { readonly by: string; release(): Promise<void>; readonly isEnding: boolean } | null
}

export interface WorkerSettings {
  readonly occupation: Occupation
  readonly versions: Versions
  readonly hostname: string
  readonly token: string | null
  readonly threads: number | null
  /** 0 for any free one. */
  readonly tensorflowPort: number
  /** Address that TensorFlow's port is confined to; null for none. */
  readonly confineTo: string | null
  readonly note: (text: string) => void
}

/** A client that does not say who it is holds a connection for so long. */
const HELLO_MS = 5000
const CHECK_MS = 1000
/** Close codes of RFC 6455, and one of the private range. */
const BAD_PAYLOAD = 1007
const REFUSED = 4000

/** Works for whoever is on a socket, if it may: from its hello until it stops, goes or falls silent. */
export function workFor(socket: WebSocket, settings: WorkerSettings): void {
  let work: Work | null = null
  let silentMs = 0
  const send = (message: FromWorker) => socket.send(JSON.stringify(message), () => {}) // a socket that is gone is told by its close

  async function onMessage(message: ToWorker): Promise<void> {
    if (message.kind === 'hello') {
      if (work === null) work = await begin(message, settings, send)
      return work === null ? socket.close(REFUSED, 'refused') : undefined
    }
    if (work === null) return socket.close(BAD_PAYLOAD, 'The first message is a hello.')
    if (message.kind !== 'stop') return work.on(message)
    await work.release()
    work = null
    send({ kind: 'stopped' })
  }

  // Counted and not measured: a worker that was suspended itself must not blame the run.
  const watch = setInterval(() => {
    silentMs += CHECK_MS
    if (silentMs < (work?.silentAfterMs() ?? HELLO_MS)) return
    if (work !== null) settings.note(`Nothing is heard of ${work.by} any more.`)
    socket.terminate()
  }, CHECK_MS)
  socket.on('message', (data) => {
    silentMs = 0
    const parsed = toWorker.safeParse(parseJson(String(data)))
    if (!parsed.success) return socket.close(BAD_PAYLOAD, 'This message is not of the protocol.')
    onMessage(parsed.data).catch((error: unknown) => send({ kind: 'failed', error: toWireError(error) }))
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    clearInterval(watch)
    void work?.release()
  })
}

/** What a worker does for one run. */
interface Work {
  readonly by: string
  silentAfterMs(): number
  on(message: Exclude<ToWorker, { kind: 'hello' | 'stop' }>): Promise<void>
  /** Ends TensorFlow; then the worker is free. */
  release(): Promise<void>
}

type Send = (message: FromWorker) => void

/** Begins to work for who said hello; null where it was refused. */
async function begin({ token, from }: Extract<ToWorker, { kind: 'hello' }>, settings: WorkerSettings, send: Send): Promise<Work | null> {
  const refuse = (error: LoupeError) => (send({ kind: 'refused', error: toWireError(error) }), null)
  if (settings.token !== null && (token === null || !isSameToken(token, settings.token))) {
    const what = token === null ? 'No token was given' : 'Another token was given'
    return refuse(new LoupeError('unauthorized', `${what}, but the worker was started with one (--token, or LOUPE_WORKER_TOKEN). Set LOUPE_WORKER_TOKEN to the same where the run starts.`))
  }
  const { occupation } = settings
  if (occupation.current?.isEnding) await occupation.current.release()
  if (occupation.current !== null) {
    const { by } = occupation.current
    return refuse(new LoupeError('conflict', `The worker is busy with another run (${by}). Wait until that is done, or stop it.`, { by }))
  }
  const work = createWork(from, settings, send)
  settings.note(`Working for ${from}.`)
  send({ kind: 'welcome', protocol: PROTOCOL, versions: settings.versions, hostname: settings.hostname })
  return work
}

function createWork(by: string, settings: WorkerSettings, send: Send): Work {
  const { occupation, threads } = settings
  let child: TensorFlowChild | null = null
  let port = 0
  let isStarted = false
  let silentAfterMs = HELLO_MS
  let ending: Promise<void> | null = null

  function onServer(message: FromServer): void {
    if (message.kind === 'started') isStarted = true
    if (message.kind !== 'ready') return send(message)
    port = message.port
    send({ kind: 'prepared', port, devices: message.devices, cores: availableParallelism(), memoryBytes: totalmem(), threads })
  }

  async function end(): Promise<void> {
    await child?.kill()
    occupation.current = null
    settings.note(`Free: ${by} is done.`)
  }
  const release = () => (ending ??= end())
  occupation.current = {
    by,
    release,
    get isEnding() {
      return ending !== null
    },
  }

  return {
    by,
    silentAfterMs: () => silentAfterMs,
    release,
    async on(message) {
      if (ending !== null) return
      switch (message.kind) {
        case 'prepare': {
          if (child !== null) throw new LoupeError('conflict', 'The worker was prepared before. Stop it first: each cluster has its own process.')
          silentAfterMs = message.silentAfterMs
          child = forkTensorFlow({ port: settings.tensorflowPort, onMessage: onServer })
          void child.ended.then((how) => ending === null && send({ kind: 'ended', how }))
          return
        }
        case 'start':
          return child?.send({ ...message, port, threads: threads ?? message.threads ?? 0, parallelOps: message.parallelOps ?? 0, confineTo: settings.confineTo })
        case 'ping':
          // Through TensorFlow's process, once that has its server: it is the one that must not hang.
          if (child !== null && isStarted) return child.send(message)
          return send({ kind: 'pong', id: message.id })
      }
    },
  }
}
