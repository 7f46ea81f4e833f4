import { LoupeError } from '../contract/errors.ts'
import { loadCApi } from './c-api.ts'
import type { CApi } from './c-api.ts'
import { listDevices } from './devices.ts'
import { freeze } from './freeze.ts'
import type { FrozenDefinition, FrozenModel } from './freeze.ts'
import { installGraphBackend } from './kernels.ts'
import { locateLibrary, pinnedVersion } from './library.ts'
import type { LibraryOptions } from './library.ts'
import type { DeviceInfo, Runtime } from './runtime.ts'
import { openSavedModel } from './saved-model.ts'
import type { OpenSavedModel } from './saved-model.ts'
import { startServer } from './server.ts'
import type { TensorFlowServer, TensorFlowServerOptions } from './server.ts'
import { openGraphSession } from './session.ts'

let loaded: { readonly folder: string; readonly api: CApi } | null = null

/**
 * Opens TensorFlow: finds its library, loads it, and gives the door to it. The library stays loaded for the life of the process.
 *
 * @throws LoupeError `library-missing`, or `library-version` where the library is not the version that Loupe is built for.
 */
export async function openTensorFlow(options: LibraryOptions = {}): Promise<Runtime> {
  const { api, folder } = load(options)
  return {
    kind: 'tensorflow',
    version: api.version(),
    library: folder,
    devices: async () => knownDevices(api),
    openSession: async (sessionOptions = {}) => {
      // A cluster's devices are known to its workers: gatherWorkers tells them.
      if (sessionOptions.target === undefined) checkDevice(api, sessionOptions.device, sessionOptions.cpuDevices ?? 1)
      return openGraphSession(api, sessionOptions)
    },
  }
}

/**
 * Makes this process a worker of a cluster: from now on TensorFlow answers others here.
 *
 * It does so for the life of the process: TensorFlow has no clean stop of a server. Whoever reaches its port
 * can read and write this user's files, for it asks nobody who he is: confine it.
 *
 * @throws LoupeError As {@link openTensorFlow}, and `tensorflow` where the port is taken, and `unsupported` where confining it fails.
 */
export async function startTensorFlowServer(options: TensorFlowServerOptions): Promise<TensorFlowServer> {
  return startServer(load({}).api, options)
}

/**
 * Traces a function into a graph whose numbers are constants, and that takes a batch of any size.
 *
 * @throws LoupeError As {@link openTensorFlow}, and `unsupported` where an operation cannot take another batch size.
 */
export async function freezeModel(definition: FrozenDefinition): Promise<FrozenModel> {
  installGraphBackend()
  return freeze(load({}).api, definition)
}

/**
 * Loads a SavedModel by TensorFlow's own loader.
 *
 * @throws LoupeError As {@link openTensorFlow}, `tensorflow` where the folder holds none, `unsupported` where it is not to be served.
 */
export async function loadSavedModel(folder: string): Promise<OpenSavedModel> {
  return openSavedModel(load({}).api, folder)
}

function load(options: LibraryOptions): { readonly folder: string; readonly api: CApi } {
  const library = locateLibrary(options)
  if (loaded && loaded.folder !== library.folder) {
    throw new LoupeError('conflict', `TensorFlow is already loaded from ${loaded.folder}: a process holds one. Start another process for ${library.folder}.`)
  }
  loaded ??= { folder: library.folder, api: loadCApi(library) }
  checkVersion({ version: loaded.api.version(), folder: loaded.folder })
  return loaded
}

/**
 * The C API is stable, but ops, their gradients and their rounding are not: a run is only what its version makes of it.
 *
 * @throws LoupeError `library-version`
 */
export function checkVersion({ version, folder }: { readonly version: string; readonly folder: string }): void {
  if (version === pinnedVersion) return
  throw new LoupeError(
    'library-version',
    `The library in ${folder} is TensorFlow ${version}, but Loupe is built for ${pinnedVersion}. Run \`node setup.mjs\`, or let LOUPE_TENSORFLOW name a folder with ${pinnedVersion}.`,
    { folder, version, expected: pinnedVersion },
  )
}

const listed = new WeakMap<CApi, readonly DeviceInfo[]>()

/** The devices of a process are those that it began with, and listing them takes a session: a tenth of a second. */
function knownDevices(api: CApi): readonly DeviceInfo[] {
  const devices = listed.get(api) ?? listDevices(api)
  listed.set(api, devices)
  return devices
}

/** @throws LoupeError `device-unavailable`, listing those there are. */
function checkDevice(api: CApi, device: string | undefined, cpuDevices: number): void {
  if (device === undefined) return
  const cpu = /^\/device:CPU:(\d+)$/.exec(device)
  if (cpu && Number(cpu[1]) < cpuDevices) return
  const names = knownDevices(api).map((known) => known.name)
  if (names.includes(device)) return
  throw new LoupeError('device-unavailable', `There is no device ${device}. There is ${names.join(', ')}.`, { device, devices: names })
}
