import { exitCodes } from './exit-code.ts'
import { instantText } from './instant-text.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { withReader } from './reader.ts'

/** `loupe report --list`: the composed reports of the workspace, newest change first. */
export async function reportList({ output, workspace }: Invocation): Promise<number> {
  const reports = await withReader(workspace, async (reader) => reader.reports(false))
  const json = { workspace, reports: reports.map(({ id, title, version, blocks, createdAt, updatedAt }) => ({ id, title, version, blocks: blocks.length, createdAt, updatedAt })) }
  const rows = reports.map(({ id, title, blocks, updatedAt }) => [id, String(blocks.length), instantText(updatedAt), title])
  output.result({ json, text: rows.length === 0 ? 'No report was composed yet. Open Reports in the window to compose one.' : table(['report', 'blocks', 'changed', 'title'], rows) })
  return exitCodes.done
}
