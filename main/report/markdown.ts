import { tex } from '@mdit/plugin-tex'
import MarkdownIt from 'markdown-it'
import type { Token } from 'markdown-it'
import type { Block, Inline, Sentence } from '../contract/report-document.ts'
import { checkedTex } from './formula.ts'
import { anchorOf, isSafeLink } from './links.ts'

/** A text in Markdown as parts of a document, and what of it could not be taken as it was meant. */
export interface ReadMarkdown {
  readonly blocks: Block[]
  readonly problems: readonly string[]
}

/** LaTeX sets four lists within each other, and six environments. */
const DEEPEST_LIST = 4
const DEEPEST = 6

/**
 * Reads Markdown: CommonMark with tables, struck text, and formulae between `$…$` and `$$…$$`.
 *
 * HTML in it is text. Links lead to the web or to a heading of the same report, others are text; pictures are their description, for a report stands
 * alone. A formula that does not read stays as it was typed, and is among the problems.
 *
 * @example readMarkdown('Loss **falls** as $1/b$.').blocks
 */
export function readMarkdown(text: string): ReadMarkdown {
  const problems: string[] = []
  const tokens = parser.parse(text, {})
  return { blocks: readBlocks({ tokens, problems, depth: 0, lists: 0 }), problems }
}

const parser = new MarkdownIt({ html: false, linkify: false, typographer: false }).use(tex, { render: () => '' })
parser.validateLink = isSafeLink

interface Reading {
  readonly tokens: readonly Token[]
  readonly problems: string[]
  /** Lists and quotations around these. */
  readonly depth: number
  readonly lists: number
}

function readBlocks(reading: Reading): Block[] {
  const { tokens, problems } = reading
  const blocks: Block[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    const end = token.nesting === 1 ? closing(tokens, at) : at
    const inside = tokens.slice(at + 1, end)
    blocks.push(...blocksOf(token, inside, reading, problems))
    at = end
  }
  return blocks
}

function blocksOf(token: Token, inside: readonly Token[], reading: Reading, problems: string[]): Block[] {
  const deeper = { ...reading, tokens: inside, depth: reading.depth + 1 }
  switch (token.type) {
    case 'heading_open': {
      const content = sentenceOf(inside[0], problems)
      return [{ kind: 'section', level: Math.min(3, Number(token.tag.slice(1))), content, anchor: anchorOf(wordsOf(content)) }]
    }
    case 'paragraph_open':
      return [{ kind: 'paragraph', role: 'plain', content: sentenceOf(inside[0], problems) }]
    case 'math_block':
      return [displayed(token.content, problems)]
    case 'fence':
    case 'code_block':
      return [{ kind: 'listing', text: token.content }]
    case 'hr':
      return [{ kind: 'rule' }]
    case 'blockquote_open':
      return reading.depth >= DEEPEST ? readBlocks(deeper) : [{ kind: 'quote', blocks: readBlocks(deeper) }]
    case 'bullet_list_open':
    case 'ordered_list_open': {
      const items = parts(inside).map(({ inside: tokens }) => readBlocks({ ...deeper, tokens, lists: reading.lists + 1 }))
      if (reading.lists >= DEEPEST_LIST || reading.depth >= DEEPEST) return items.flatMap((item) => item)
      const start = Number(token.attrGet('start') ?? 1)
      return [{ kind: 'items', isOrdered: token.type === 'ordered_list_open', start, items }]
    }
    case 'table_open':
      return [tableOf(inside, problems)]
    default:
      return token.content === '' ? [] : [{ kind: 'paragraph', role: 'plain', content: [{ kind: 'text', text: token.content }] }]
  }
}

function displayed(source: string, problems: string[]): Block {
  const formula = source.trim()
  return isFormula(formula, problems) ? { kind: 'formula', tex: formula } : { kind: 'listing', text: formula }
}

function tableOf(inside: readonly Token[], problems: string[]): Block {
  const cellsOf = (row: readonly Token[]) => parts(row).map((cell) => ({ align: alignOf(cell.token), content: sentenceOf(cell.inside[0], problems) }))
  const rows = parts(inside).flatMap(({ inside: group }) => parts(group).map(({ inside: row }) => cellsOf(row)))
  const [head = [], ...body] = rows
  return { kind: 'grid', align: head.map(({ align }) => align), head: head.map(({ content }) => content), rows: body.map((row) => row.map(({ content }) => content)) }
}

function alignOf(token: Token): 'left' | 'center' | 'right' {
  const style = String(token.attrGet('style') ?? '')
  if (style.endsWith('right')) return 'right'
  return style.endsWith('center') ? 'center' : 'left'
}

interface Part {
  readonly token: Token
  readonly inside: readonly Token[]
}

/** What opens and closes at the outermost level. */
function parts(tokens: readonly Token[]): readonly Part[] {
  const found: Part[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token.nesting !== 1) continue
    const end = closing(tokens, at)
    found.push({ token, inside: tokens.slice(at + 1, end) })
    at = end
  }
  return found
}

function closing(tokens: readonly Token[], from: number): number {
  const level = tokens[from]!.level
  const found = tokens.findIndex((token, index) => index > from && token.nesting === -1 && token.level === level)
  return found === -1 ? tokens.length : found
}

/** Words with their marks. Marks within each other are those of each piece of text. */
function sentenceOf(token: Token | undefined, problems: string[]): Sentence {
  const pieces: Inline[] = []
  const marks = { strong: 0, em: 0, s: 0 }
  let href: string | null = null
  const say = (text: string, isCode = false) => {
    if (text === '') return
    const isPlain = marks.strong + marks.em + marks.s === 0 && href === null
    if (isPlain) pieces.push({ kind: isCode ? 'code' : 'text', text })
    else pieces.push({ kind: 'styled', text, isStrong: marks.strong > 0, isEmphasised: marks.em > 0, isStruck: marks.s > 0, isCode, href })
  }
  for (const child of token?.children ?? []) {
    const mark = /^(strong|em|s)_(?:open|close)$/.exec(child.type)?.[1]
    if (mark === 'strong' || mark === 'em' || mark === 's') marks[mark] += child.nesting
    else if (child.type === 'link_open') href = String(child.attrGet('href') ?? '')
    else if (child.type === 'link_close') href = null
    else if (child.type === 'softbreak') say(' ')
    else if (child.type === 'hardbreak') pieces.push({ kind: 'break' })
    else if (child.type === 'code_inline') say(child.content, true)
    else if (child.type === 'image') {
      problems.push(`A report stands alone and shows no picture from elsewhere: ${String(child.attrGet('src') ?? '')}`)
      say(child.content)
    } else if (child.type === 'math_inline') {
      if (isFormula(child.content, problems)) pieces.push({ kind: 'formula', tex: child.content })
      else say(`$${child.content}$`, true)
    } else say(child.content)
  }
  return pieces.map((piece) => (piece.kind === 'styled' && piece.href !== null ? { ...piece, href: anchored(piece.href) } : piece))
}

/** A link to a heading, as the heading itself is called. */
function anchored(href: string): string {
  if (!href.startsWith('#')) return href
  let words = href.slice(1)
  try {
    words = decodeURIComponent(words)
  } catch {
    // A per cent sign that begins no byte stays what it is.
  }
  return `#${anchorOf(words)}`
}

function isFormula(source: string, problems: string[]): boolean {
  try {
    checkedTex(source)
    return true
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
    return false
  }
}

function wordsOf(sentence: Sentence): string {
  return sentence.map((piece) => ('text' in piece ? piece.text : 'tex' in piece ? piece.tex : ' ')).join('')
}
