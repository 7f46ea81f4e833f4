import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import { projectRoot } from './project-root.ts'

/** What the built window depends on. */
const SOURCES = ['renderer', 'main/contract', 'main/methods', 'vite.config.ts', 'package-lock.json'] as const
/** What the shell and the bundled engine depend on. */
const SHELL_SOURCES = ['electron', 'main', 'vite.node.config.ts', 'package-lock.json'] as const

/**
 * The folder of the built window. In a clone it is built when its sources have changed since the last build; in a
 * package it is there.
 *
 * @throws LoupeError `internal` where the build fails, with its output.
 */
export async function windowFolder({ note }: { readonly note: (text: string) => void }): Promise<string> {
  const folder = join(projectRoot, 'dist', 'renderer')
  await buildWhenStale({ what: 'the window', config: 'vite.config.ts', sources: SOURCES, stamp: join(projectRoot, 'dist', 'renderer.sources'), product: join(folder, 'index.html'), note })
  return folder
}

/** Builds the shell and the engine for Electron in the same way; null where this clone has no shell to build. */
export async function shellEntry({ note }: { readonly note: (text: string) => void }): Promise<string | null> {
  const entry = join(projectRoot, 'dist', 'electron', 'main.js')
  if (!existsSync(join(projectRoot, 'vite.node.config.ts'))) return existsSync(entry) ? entry : null
  await buildWhenStale({ what: 'the shell', config: 'vite.node.config.ts', sources: SHELL_SOURCES, stamp: join(projectRoot, 'dist', 'shell.sources'), product: entry, note })
  return existsSync(entry) ? entry : null
}

interface Build {
  readonly what: string
  readonly config: string
  readonly sources: readonly string[]
  /** File that keeps the hash of the sources of the last build. */
  readonly stamp: string
  readonly product: string
  readonly note: (text: string) => void
}

async function buildWhenStale({ what, config, sources, stamp, product, note }: Build): Promise<void> {
  if (!existsSync(join(projectRoot, config))) {
    if (existsSync(product)) return
    throw new LoupeError('internal', `${product} is missing, and there is nothing here to build it from.`, { product })
  }
  const hash = hashSources(sources)
  if (existsSync(product) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  note(`Building ${what}: its sources have changed (about 15 seconds)...`)
  await build(config)
  writeFileSync(stamp, hash)
}

/** SHA-256 over names and contents of all sources, tests excepted. */
export function hashSources(sources: readonly string[], root = projectRoot): string {
  const hash = createHash('sha256')
  for (const source of sources) {
    const path = join(root, source)
    if (!existsSync(path)) continue
    for (const file of filesUnder(path)) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function filesUnder(path: string): readonly string[] {
  if (statSync(path).isFile()) return [path]
  const entries = readdirSync(path, { recursive: true, withFileTypes: true, encoding: 'utf8' })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Always for production, whatever the environment of this process says: libraries leave their checks out only then. */
function build(config: string): Promise<void> {
  const vite = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'warn'], { cwd: projectRoot, env: { ...process.env, NODE_ENV: 'production' }, stdio: ['ignore', 'pipe', 'pipe'] })
    const printed: string[] = []
    child.stdout.on('data', (chunk: Buffer) => printed.push(String(chunk)))
    child.stderr.on('data', (chunk: Buffer) => printed.push(String(chunk)))
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new LoupeError('internal', `\`vite build --config ${config}\` failed with exit code ${code}:\n${printed.join('')}`, { config, code }))))
  })
}
