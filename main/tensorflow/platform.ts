import { homedir } from 'node:os'
import { join } from 'node:path'

/** Folder where Loupe keeps what it can fetch again: `LOUPE_CACHE`, or `loupe` in the platform's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (environment['LOUPE_CACHE']) return environment['LOUPE_CACHE']
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'loupe')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'loupe')
  return join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'loupe')
}

/** Files of the TensorFlow library, within its folder. */
export interface LibraryFiles {
  /** Holds the C API. */
  readonly main: string
  /** Must be loaded first, so that the main library finds its symbols; null where it is one library. */
  readonly framework: string | null
}

/**
 * What the library is called on a platform.
 *
 * The Linux and macOS wheels carry `libtensorflow_cc` and `libtensorflow_framework`; the Windows wheel has the same C API in the
 * Python extension's shared part.
 */
export function libraryFiles(platform: NodeJS.Platform = process.platform): LibraryFiles {
  if (platform === 'win32') return { main: '_pywrap_tensorflow_common.dll', framework: null }
  if (platform === 'darwin') return { main: 'libtensorflow_cc.2.dylib', framework: 'libtensorflow_framework.2.dylib' }
  return { main: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' }
}

/** The C run-time library, for `memcpy`. */
export function cLibrary(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return 'ucrtbase.dll'
  if (platform === 'darwin') return '/usr/lib/libSystem.B.dylib'
  return 'libc.so.6'
}
