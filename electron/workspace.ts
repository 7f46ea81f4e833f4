import { parseArgs } from 'node:util'
import { defaultWorkspace } from '../main/log/default-workspace.ts'

export interface WorkspaceSources {
  readonly parameters: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/**
 * The workspace to open: `--workspace DIR` of the command line, else `LOUPE_WORKSPACE`, else `Loupe` in the home folder,
 * as on Loupe's own command line. Absolute. Switches that are meant for Chromium are passed over.
 */
export function workspaceOf({ parameters, environment, home }: WorkspaceSources): string {
  const { values } = parseArgs({ args: [...parameters], strict: false, options: { workspace: { type: 'string' } } })
  const asked = typeof values.workspace === 'string' && values.workspace !== '' ? values.workspace : undefined
  return defaultWorkspace(asked, { environment, home })
}
