import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import pins from '../../resources/tensorflow.json' with { type: 'json' }
import { cacheFolder, libraryFiles } from './platform.ts'

/** A TensorFlow library that is there, ready to load. */
export interface Library {
  /** Folder that holds the files. */
  readonly folder: string
  /** Holds the C API. */
  readonly main: string
  /** To be loaded before `main`; null where there is one library only. */
  readonly framework: string | null
}

export interface LibraryOptions {
  /** Looks in this folder only. */
  readonly libraryFolder?: string
}

/** Version of TensorFlow that Loupe is built for. */
export const pinnedVersion: string = pins.version

/**
 * Finds TensorFlow's C library: the folder asked for, else `LOUPE_TENSORFLOW`, else what the set-up unpacked into the cache.
 *
 * Where both flavours are unpacked, the one for NVIDIA GPUs is taken only if `nvidia-smi` answers.
 *
 * @throws LoupeError `library-missing`, naming every folder that was looked into.
 */
export function locateLibrary(options: LibraryOptions = {}): Library {
  const chosen = options.libraryFolder ?? process.env['LOUPE_TENSORFLOW']
  const folders = chosen ? [chosen] : unpackedFolders()
  const files = libraryFiles()
  for (const folder of folders) {
    const main = join(folder, files.main)
    const framework = files.framework === null ? null : join(folder, files.framework)
    if (existsSync(main) && (framework === null || existsSync(framework))) return { folder, main, framework }
  }
  throw new LoupeError(
    'library-missing',
    `TensorFlow's library ${files.main} is not in ${folders.join(' nor in ') || `the cache: there is none for ${process.platform} ${process.arch}`}. ` +
      'Run `npm start` or `node setup.mjs` to fetch it, or name the folder that holds it in LOUPE_TENSORFLOW.',
    { folders, file: files.main },
  )
}

function unpackedFolders(): readonly string[] {
  const builds = pins.builds.filter((build) => build.platform === process.platform && build.architecture === process.arch)
  const ranked = [...builds].sort((a, b) => Number(b.flavour === 'gpu') - Number(a.flavour === 'gpu'))
  const folderOf = (build: (typeof builds)[number]) => join(cacheFolder(), 'tensorflow', `${pins.version}-${build.flavour}`, build.folder)
  return ranked.filter((build) => build.flavour !== 'gpu' || (existsSync(folderOf(build)) && hasNvidiaGpu())).map(folderOf)
}

function hasNvidiaGpu(): boolean {
  try {
    return execFileSync('nvidia-smi', ['--list-gpus'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 }).includes('GPU')
  } catch {
    return false // not installed, or no driver: then the CPU is what there is
  }
}
