import type { Database } from 'better-sqlite3'
import type { Annotation, AnnotationChange } from '../contract/annotations.ts'
import { LoupeError } from '../contract/errors.ts'
import { z } from '../contract/zod.ts'
import { idOf, notFound, rowOf } from './ids.ts'

/** What can be annotated, and the table it is in. */
export type Annotated = 'run' | 'study'
const tables = { run: 'runs', study: 'studies' } as const satisfies Record<Annotated, string>

const annotationRow = z.object({
  id: z.int(),
  name: z.string(),
  note: z.string(),
  tags: z.string(),
  starred: z.int(),
  archived: z.int(),
  trashed_at: z.int().nullable(),
})
const columns = Object.keys(annotationRow.shape).join(', ')
const tagList = z.array(z.string())
/** Tags of one run or study at most. */
const mostTags = 50

/** The statements that lists of tags are made of; their plans are tested. */
export const annotationQueries = {
  runTags: "SELECT t.value AS tag, count(*) AS runs FROM runs CROSS JOIN json_each(runs.tags) AS t WHERE tags <> '[]' AND trashed_at IS NULL GROUP BY t.value",
  studyTags: "SELECT t.value AS tag, count(*) AS runs FROM studies CROSS JOIN json_each(studies.tags) AS t WHERE tags <> '[]' AND trashed_at IS NULL GROUP BY t.value",
} as const

export interface AnnotationReads {
  /** @throws LoupeError `not-found` */
  of(kind: Annotated, id: string): Annotation
  /** Tags that are in use, by name, with how many runs and studies carry each. */
  tags(): { tag: string; count: number }[]
}

export function annotationReads(db: Database): AnnotationReads {
  const one = { run: db.prepare(`SELECT ${columns} FROM runs WHERE id = ?`), study: db.prepare(`SELECT ${columns} FROM studies WHERE id = ?`) }
  const runTags = db.prepare<[], { tag: string; runs: number }>(annotationQueries.runTags)
  const studyTags = db.prepare<[], { tag: string; runs: number }>(annotationQueries.studyTags)
  return {
    of(kind, id) {
      const found = one[kind].get(rowOf(kind, id))
      if (found === undefined) throw notFound(kind, id)
      const row = annotationRow.parse(found)
      return { id: idOf(kind, row.id), name: row.name, note: row.note, tags: tagsOf(row.tags), isStarred: row.starred === 1, isArchived: row.archived === 1, trashedAt: row.trashed_at }
    },
    tags() {
      const counts = new Map<string, number>()
      for (const { tag, runs } of [...runTags.all(), ...studyTags.all()]) counts.set(tag, (counts.get(tag) ?? 0) + runs)
      return [...counts].map(([tag, count]) => ({ tag, count })).sort((a, b) => a.tag.localeCompare(b.tag))
    },
  }
}

/** Tags as they are stored. */
export function tagsOf(json: string): string[] {
  return tagList.parse(JSON.parse(json))
}

/** Changes annotations, inside a transaction; gives what they were before. */
export function annotationWrites(db: Database): (kind: Annotated, changes: readonly AnnotationChange[]) => Annotation[] {
  const reads = annotationReads(db)
  const update = (kind: Annotated) => db.prepare<[string, string, string, number, number, number]>(`UPDATE ${tables[kind]} SET name = ?, note = ?, tags = ?, starred = ?, archived = ? WHERE id = ?`)
  const updates = { run: update('run'), study: update('study') }
  return (kind, changes) =>
    changes.map((change): Annotation => {
      const before = reads.of(kind, change.id)
      const { name = before.name, note = before.note, isStarred = before.isStarred, isArchived = before.isArchived } = change
      const tags = changedTags(before.tags, change)
      if (tags.length > mostTags) throw new LoupeError('invalid-input', `${before.id} would have ${tags.length} tags; at most ${mostTags} are kept. Remove some first.`, { id: before.id, tags: tags.length, most: mostTags })
      updates[kind].run(name, note, JSON.stringify(tags), Number(isStarred), Number(isArchived), rowOf(kind, before.id))
      return before
    })
}

/** Tags that differ in case alone are one: the one that was there first stays. */
function changedTags(before: readonly string[], { tags = [...before], addTags = [], removeTags = [] }: Omit<AnnotationChange, 'id'>): string[] {
  const removed = new Set(removeTags.map((tag) => tag.toLowerCase()))
  const kept = new Map<string, string>()
  for (const tag of [...tags, ...addTags]) {
    const lower = tag.toLowerCase()
    if (!removed.has(lower) && !kept.has(lower)) kept.set(lower, tag)
  }
  return [...kept.values()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
