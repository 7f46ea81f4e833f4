import { mkdir } from 'node:fs/promises'
import { LoupeError } from '../contract/errors.ts'

/**
 * Makes the workspace's folder where it is missing.
 *
 * @throws LoupeError `invalid-input` where the path cannot be a folder, `unsupported` where it may not be written to.
 */
export async function makeWorkspace(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') {
      throw new LoupeError('invalid-input', `The workspace ${folder} cannot be a folder (${code}): a file stands in its place or on the way. Choose another with --workspace.`, { workspace: folder, code })
    }
    if (code === 'ENOSPC') throw new LoupeError('disk-full', `There is no room to make the workspace ${folder}. Free some, or choose another with --workspace.`, { workspace: folder, code })
    throw new LoupeError('unsupported', `The workspace ${folder} cannot be made (${code}). Choose one that you may write to with --workspace.`, { workspace: folder, code })
  }
}
