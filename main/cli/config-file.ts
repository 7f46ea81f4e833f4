import { readFile } from 'node:fs/promises'
import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { LoupeError } from '../contract/errors.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfig } from '../contract/run-config.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { z } from '../contract/zod.ts'
import { nearest } from '../contract/nearest.ts'
import { isRecord, schemaAt, schemaTree } from './schema-walk.ts'

export type ConfigFile = { readonly kind: 'study'; readonly config: StudyConfig } | { readonly kind: 'run'; readonly config: RunConfig }

/**
 * Reads a config: YAML or JSON (which is YAML). With a `method` it is a study, without one a single run.
 *
 * @throws LoupeError `not-found`, or `invalid-input` with every problem on a line of its own: file, line, column, what was
 *   found, what is possible.
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  return parseConfig(await readText(path), path)
}

/** Like {@link readConfigFile}, for text that is there already. */
export function parseConfig(text: string, path: string): ConfigFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const broken = document.errors.map((error) => ({ position: positionAt(lines, error.pos[0]), message: error.message }))
  if (broken.length > 0) throw refusal(path, broken)
  const value = valueOf(document, path)
  if (!isRecord(value)) throw refusal(path, [{ position: { line: 1, column: 1 }, message: `a config is a mapping of keys to values, and this is ${value === null ? 'empty' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}. \`loupe template critical-batch-size\` prints one.` }])

  const kind = Object.hasOwn(value, 'method') ? 'study' : 'run'
  const schema = kind === 'study' ? studyConfig : runConfig
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw refusal(path, problems({ error: parsed.error, schema, value, document, lines }))
  return kind === 'study' ? { kind, config: studyConfig.parse(value) } : { kind, config: runConfig.parse(value) }
}

/** An alias that names no anchor, or too many of them, shows only here. */
function valueOf(document: Document, path: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw refusal(path, [{ position: { line: 1, column: 1 }, message: error instanceof Error ? error.message : String(error) }])
  }
}

interface Position {
  readonly line: number
  readonly column: number
}

interface Problem {
  readonly position: Position
  readonly message: string
}

interface Refused {
  readonly error: z.ZodError
  readonly schema: z.ZodType
  readonly value: unknown
  readonly document: Document
  readonly lines: LineCounter
}

function problems(refused: Refused): readonly Problem[] {
  return refused.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(refused, issue) : [otherIssue(refused, issue)]))
}

function unknownKeys({ schema, value, document, lines }: Refused, issue: z.core.$ZodIssueUnrecognizedKeys): readonly Problem[] {
  const known = Object.keys(schemaAt({ schema: schemaTree(schema), value, path: issue.path })?.properties ?? {})
  return issue.keys.map((key) => {
    const guess = nearest(key, known)
    const where = issue.path.length > 0 ? ` in ${issue.path.join('.')}` : ''
    const help = guess === null ? `Known there: ${known.join(', ')}.` : `Did you mean "${guess}"?`
    return { position: keyPosition({ document, lines, path: issue.path, key }), message: `unknown key "${key}"${where}. ${help}` }
  })
}

function otherIssue({ value, document, lines }: Refused, issue: z.core.$ZodIssue): Problem {
  const found = issue.path.reduce<unknown>((inner, key) => (isRecord(inner) || Array.isArray(inner) ? (inner as Record<PropertyKey, unknown>)[key] : undefined), value) // both are indexed by key
  const got = found === undefined || typeof found === 'object' ? '' : `, got ${JSON.stringify(found)}`
  return { position: positionAt(lines, offsetOf(document, issue.path)), message: `${issue.path.join('.') || 'config'}: ${issue.message}${got}` }
}

/** Where the value at a path begins; what is missing is reported where it should stand. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  if (isNode(node)) return node.range?.[0] ?? 0
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1))
}

function keyPosition(options: { readonly document: Document; readonly lines: LineCounter; readonly path: readonly PropertyKey[]; readonly key: string }): Position {
  const map = options.path.length === 0 ? options.document.contents : options.document.getIn(options.path, true)
  const pair = isMap(map) ? map.items.find((item) => isNode(item.key) && String(item.key) === options.key) : undefined
  return positionAt(options.lines, isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0)
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

function refusal(path: string, found: readonly Problem[]): LoupeError {
  const text = found.map(({ position, message }) => `${path}:${position.line}:${position.column}: ${message}`).join('\n')
  return new LoupeError('invalid-input', text, { path, problems: found.map(({ position, message }) => ({ ...position, message })) })
}

async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await readStandardInput() : await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT') throw new LoupeError('not-found', `There is no file ${path}. \`loupe template critical-batch-size > ${path}\` makes one.`, { path })
    throw new LoupeError('invalid-input', `The file ${path} cannot be read (${code || String(error)}).`, { path, code })
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: string[] = []
  for await (const chunk of process.stdin.setEncoding('utf8')) chunks.push(String(chunk))
  return chunks.join('')
}
