import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LoupeError } from '../main/contract/errors.ts'
import { z } from '../main/contract/zod.ts'
import { cacheFolder } from '../main/tensorflow/platform.ts'

const execute = promisify(execFile)

/** The Python peers found on this machine. */
export interface Peers {
  /** Null where there is no interpreter with any of them. */
  readonly python: string | null
  /** Versions by import name: `torch`, `jax`. */
  readonly versions: Readonly<Record<string, string>>
  /** Sentences that say what is missing, and what to do. */
  readonly absent: readonly string[]
}

const peerModules = ['torch', 'jax']

/** Where a script of `bench/peers` lies. */
export function peerScript(name: string): string {
  return fileURLToPath(new URL(`peers/${name}`, import.meta.url))
}

/** Looks for PyTorch and JAX: by LOUPE_BENCH_PYTHON, else in the environment that `--peers install` makes. */
export async function findPeers(): Promise<Peers> {
  const chosen = process.env['LOUPE_BENCH_PYTHON']
  const python = chosen ?? environmentPython()
  if (!existsSync(python)) {
    if (chosen !== undefined) throw new LoupeError('not-found', `LOUPE_BENCH_PYTHON names ${chosen}, and there is no such file.`, { python })
    return { python: null, versions: {}, absent: ['PyTorch and JAX are not here, so their columns stay empty. Add --peers install, or set LOUPE_BENCH_PYTHON.'] }
  }
  const code = `import importlib.metadata as m, json, importlib.util as u; print(json.dumps({n: m.version(n) for n in ${JSON.stringify(peerModules)} if u.find_spec(n)}))`
  const { stdout } = await execute(python, ['-c', code])
  const versions = z.record(z.string(), z.string()).parse(JSON.parse(stdout))
  const absent = peerModules.filter((name) => versions[name] === undefined).map((name) => `${python} has no ${name}, so its column stays empty.`)
  return { python, versions, absent }
}

/**
 * Makes a Python environment with the peers in the cache folder; what is there already is kept.
 *
 * @throws LoupeError `unsupported` where there is no Python, or the package index does not answer.
 */
export async function installPeers(report: (line: string) => void): Promise<void> {
  const python = environmentPython()
  const folder = environmentFolder()
  report(`Installing PyTorch and JAX into ${folder}. About 1 GB on disk, about 6 GB on Linux, where PyTorch brings CUDA along; once.`)
  try {
    await mkdir(folder, { recursive: true })
    if (!existsSync(python)) await execute(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder])
    await execute(python, ['-m', 'pip', 'install', '--quiet', ...peerModules], { maxBuffer: 2 ** 26 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LoupeError('unsupported', `The peers could not be installed: ${reason}\nInstall them yourself and set LOUPE_BENCH_PYTHON.`, { folder }, { cause })
  }
}

function environmentFolder(): string {
  return join(cacheFolder(), 'bench-peers')
}

function environmentPython(): string {
  return process.platform === 'win32' ? join(environmentFolder(), 'Scripts', 'python.exe') : join(environmentFolder(), 'bin', 'python')
}
