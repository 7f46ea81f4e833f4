import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Size and time of a file, or of each file in a folder and the folders in it: others where they were written to. Empty where there is nothing.
 *
 * No file is read, so that it may be asked before each use of what was read before.
 */
export async function contentStamp(path: string): Promise<readonly string[]> {
  const names = await readdir(path, { recursive: true }).catch(() => [''])
  const described = await Promise.all(names.sort().map((name) => stat(join(path, name)).then(({ size, mtimeMs }) => `${name} ${size} ${mtimeMs}`, () => [])))
  return described.flat()
}
