import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export interface WorkspaceSources {
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly home?: string
}

/** The folder to work in: the one asked for, else `LOUPE_WORKSPACE`, else `Loupe` in the home folder. Absolute. */
export function defaultWorkspace(asked: string | undefined, { environment = process.env, home = homedir() }: WorkspaceSources = {}): string {
  return resolve(asked ?? (environment['LOUPE_WORKSPACE'] || join(home, 'Loupe')))
}
