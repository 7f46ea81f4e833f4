import type { EngineProcess } from '../main/engine/host.ts'

/** What is used of Electron's `utilityProcess`. */
export interface UtilityProcesses {
  fork(entry: string, parameters: string[], options: { serviceName: string; stdio: 'inherit'; allowLoadingUnsignedLibraries: boolean }): UtilityChild
}

interface UtilityChild {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'exit', listener: (exitCode: number) => void): unknown
  kill(): boolean
}

export interface EngineOptions {
  readonly utilityProcess: UtilityProcesses
  /** The built engine, `engine.js`. */
  readonly entry: string
  readonly workspace: string
}

/**
 * Starts the engine as an Electron utility process: a crash of TensorFlow ends that process and not the window. When and
 * how often it is started again is the engine host's rule.
 */
export function utilityEngine({ utilityProcess, entry, workspace }: EngineOptions): () => EngineProcess {
  return () => {
    const child = utilityProcess.fork(entry, ['--workspace', workspace, '--owner', `Loupe, process ${process.pid}`], {
      serviceName: 'Loupe engine',
      stdio: 'inherit',
      // libtensorflow is not signed by us, and macOS would refuse to load it.
      allowLoadingUnsignedLibraries: true,
    })
    return {
      post: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (exitCode) => listener({ exitCode, signal: null })),
      kill: () => void child.kill(),
    }
  }
}
