import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from '../contract/zod.ts'

const manifest = z.object({ name: z.string(), version: z.string() })

/** Version of Loupe, from the nearest `package.json` above this file: in a clone, a package and an installed app alike. */
export const loupeVersion: string = readVersion(import.meta.dirname)

/** Operating system and processor, such as `linux x64`. */
export const platformName = `${process.platform} ${process.arch}`

function readVersion(folder: string): string {
  const file = join(folder, 'package.json')
  if (existsSync(file)) {
    const { name, version } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    if (name === 'loupe') return version
  }
  const parent = dirname(folder)
  return parent === folder ? 'unknown' : readVersion(parent)
}

/**
 * Commit that a folder's git work tree is at, with `-dirty` where files differ from it; null where there is none.
 *
 * A researcher's configs usually live in a repository: with its commit a run says which version of them it came from.
 */
export async function gitCommit(folder: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], { timeout: 5000 })
    return stdout.trim() || null
  } catch {
    return null // no git, or no repository: nothing to record
  }
}
