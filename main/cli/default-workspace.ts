import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The folder to work in: the one asked for, else `LOUPE_WORKSPACE`, else `Loupe` in the home folder. Absolute. */
export function defaultWorkspace(asked: string | undefined): string {
  return resolve(asked ?? (process.env['LOUPE_WORKSPACE'] || join(homedir(), 'Loupe')))
}
