import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface Section {
  readonly name: string
  readonly title: string
  readonly body: string
}

const introduction = `# Benchmarks

Loupe beside its peers, on one machine and in one run: \`npm run bench -- NAME\` writes the section of that name anew. Times of different
sections, machines or days do not compare.
`

/** Writes a benchmark's section of `docs/benchmarks.md` anew, and leaves the others as they are. */
export async function writeSection(section: Section): Promise<void> {
  const file = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))
  const before = await readFile(file, 'utf8').catch(() => introduction)
  await writeFile(file, withSection(before, section))
}

/** The document with one section replaced, or added at its end. */
export function withSection(document: string, { name, title, body }: Section): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const section = `${begin}\n\n## ${title}\n\n${body.trim()}\n\n${end}`
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) return `${document.trimEnd()}\n\n${section}\n`
  return document.slice(0, from) + section + document.slice(to + end.length)
}
