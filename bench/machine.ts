import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'

export interface MachineOptions {
  readonly command: string
  readonly versions: Readonly<Record<string, string>>
}

/** What was run, where and with what, as a Markdown table: without it a time says nothing. */
export function describeMachine({ command, versions }: MachineOptions): string {
  const rows = [
    ['command', `\`${command}\``],
    ['date', new Date().toISOString().slice(0, 10)],
    ['processor', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} threads`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${type()} ${release()}, ${arch()}`],
    ['versions', Object.entries({ Node: process.versions.node, ...versions }).map((entry) => entry.join(' ')).join(', ')],
  ]
  return ['| | |', '|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
}
