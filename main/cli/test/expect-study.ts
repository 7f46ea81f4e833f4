import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { parseConfig } from '../config-file.ts'
import { spawnLoupe } from './spawn-loupe.ts'

/** A method's template is a config that loupe takes as it is, the same in YAML and JSON, and says what its keys mean. @param lines  That stand in the YAML. */
export async function expectTemplate(method: string, lines: readonly string[]): Promise<void> {
  const yaml = await spawnLoupe(['template', method])
  for (const line of lines) expect(yaml.stdout).toContain(line)
  const json = await spawnLoupe(['template', method, '--format', 'json'])
  expect(parseConfig(yaml.stdout, 'yaml')).toEqual(parseConfig(json.stdout, 'json'))
}

export interface ToldStudy {
  readonly workspace: string
  readonly id: string
  readonly method: string
  /** Where exports and reports are written. */
  readonly folder: { file(name: string): string }
  /** What `loupe show` prints of it. */
  readonly shown: RegExp
  /** That its runs logged. */
  readonly metric: string
  /** What the weekly report says of it. */
  readonly said: string
}

/** A finished study is shown, listed, exported and reported. Gives its `report.json`. */
export async function expectTold({ workspace, id, method, folder, shown, metric, said }: ToldStudy): Promise<unknown> {
  const inWorkspace = (...args: readonly string[]) => spawnLoupe(['--workspace', workspace, ...args])
  expect((await inWorkspace('show', id)).stdout).toMatch(shown)
  expect((await inWorkspace('list')).stdout).toMatch(new RegExp(`${method} +finished`))
  expect((await inWorkspace('export', id, '--out', folder.file('out'))).code).toBe(0)
  expect(await readFile(folder.file('out/metrics.csv'), 'utf8')).toContain(`,${metric},`)
  expect((await inWorkspace('report', '--out', folder.file('report.html'))).code).toBe(0)
  const page = await readFile(folder.file('report.html'), 'utf8')
  expect(page).toContain(said)
  expect(page).not.toMatch(/NaN|Infinity|undefined|null/)
  return JSON.parse(await readFile(folder.file('out/report.json'), 'utf8'))
}
