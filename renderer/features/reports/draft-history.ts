import type { ComposedBlock } from '../../../main/contract/composed-report.ts'
import { moved } from '../runs/list-items.ts'

/** What is edited: a report without what the log says of it. */
export interface Draft {
  readonly title: string
  readonly blocks: readonly ComposedBlock[]
}

/** Drafts before and after the one that is shown. */
export interface DraftHistory {
  readonly past: readonly Draft[]
  readonly now: Draft
  readonly future: readonly Draft[]
  /** What was typed into last; typing into the same goes on with the same step. */
  readonly typing: string | null
}

const mostSteps = 200

export function newHistory(now: Draft): DraftHistory {
  return { past: [], now, future: [], typing: null }
}

/** The next draft. Typing into one place is one step, whatever else changes is one each. */
export function changed(history: DraftHistory, now: Draft, typing: string | null = null): DraftHistory {
  if (typing !== null && typing === history.typing) return { ...history, now, future: [] }
  return { past: [...history.past, history.now].slice(-mostSteps), now, future: [], typing }
}

export function undone(history: DraftHistory): DraftHistory {
  const before = history.past.at(-1)
  return before === undefined ? history : { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future], typing: null }
}

export function redone(history: DraftHistory): DraftHistory {
  const [next, ...future] = history.future
  return next === undefined ? history : { past: [...history.past, history.now], now: next, future, typing: null }
}

export function withBlock({ title, blocks }: Draft, block: ComposedBlock, at: number): Draft {
  return { title, blocks: [...blocks.slice(0, at), block, ...blocks.slice(at)] }
}

export function withoutBlock({ title, blocks }: Draft, id: string): Draft {
  return { title, blocks: blocks.filter((block) => block.id !== id) }
}

export function withMoved({ title, blocks }: Draft, id: string, to: number): Draft {
  const from = blocks.findIndex((block) => block.id === id)
  return { title, blocks: from === -1 ? blocks : moved(blocks, from, Math.max(0, Math.min(to, blocks.length - 1))) }
}

/** The block in its place with something of it changed. */
export function withChange({ title, blocks }: Draft, id: string, change: (block: ComposedBlock) => ComposedBlock): Draft {
  return { title, blocks: blocks.map((block) => (block.id === id ? change(block) : block)) }
}

/** An id that no block of any window has. */
export function newBlockId(): string {
  return `b-${crypto.randomUUID().slice(0, 18)}`
}
