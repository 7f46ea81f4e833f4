import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** A file ready to send. */
export interface StaticFile {
  readonly body: Buffer
  readonly gzipped: Buffer | null
  readonly type: string
  /** True for files whose name changes with their content. */
  readonly isImmutable: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}
const COMPRESSIBLE = /^(text\/|application\/|image\/svg|font\/ttf)/
const WORTH_COMPRESSING_BYTES = 1024

/**
 * Reads the built window from a folder and keeps it in memory.
 *
 * @returns A function from a request's path to the file. A path without an extension is a page of the window, which is
 *   one: `index.html`. Null where there is no such file, and for any path that leads out of the folder.
 */
export function staticFiles(folder: string): (path: string) => Promise<StaticFile | null> {
  const read = new Map<string, Promise<StaticFile | null>>()
  return (path) => {
    const name = fileName(path)
    if (name === null) return Promise.resolve(null)
    const known = read.get(name)
    if (known !== undefined) return known
    const file = load(folder, name)
    // Only what is there is kept, so that asking for names at random does not fill the memory.
    void file.then((found) => found !== null && read.set(name, file))
    return file
  }
}

/** The path within the folder, `/` between its parts; null for what is no plain path in it. */
function fileName(path: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return null
  }
  if (decoded.includes('\0') || decoded.includes('\\') || decoded.split('/').some((part) => part === '..' || (part.startsWith('.') && part !== ''))) return null
  const name = decoded.replace(/^\/+/, '')
  return extname(name) === '' ? 'index.html' : name
}

async function load(folder: string, name: string): Promise<StaticFile | null> {
  const path = normalize(join(folder, name))
  const type = TYPES[extname(path)]
  if (!path.startsWith(normalize(folder + sep)) || type === undefined) return null
  try {
    if (!(await stat(path)).isFile()) return null
    const body = await readFile(path)
    const gzipped = COMPRESSIBLE.test(type) && body.length >= WORTH_COMPRESSING_BYTES ? await promisify(gzip)(body) : null
    return { body, gzipped, type, isImmutable: name.startsWith('assets/') }
  } catch {
    return null // not there, or not for reading
  }
}
