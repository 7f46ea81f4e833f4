import { status } from './records.ts'
import { importTools } from './run-import.ts'
import { z } from './zod.ts'

/** Trimmed, without line breaks; what is tagged alike is found alike, whatever its case. */
const tag = z.string().trim().min(1).max(60).regex(/^[^\r\n,]*$/, 'a tag has no comma and no line break')
const tags = z.array(tag).max(50)

/** What users say of a run or a study, beside what was logged of it. */
export const annotation = z.object({
  id: z.string(),
  /** At first that of the configuration, which keeps it. */
  name: z.string(),
  note: z.string(),
  /** Sorted, each once. */
  tags: z.array(z.string()),
  isStarred: z.boolean(),
  /** Left out of lists unless asked for. */
  isArchived: z.boolean(),
  /** Ms since 1970; null for what is not in the trash. */
  trashedAt: z.int().nullable(),
})
export type Annotation = z.output<typeof annotation>

/** A change of an annotation: what is not given stays. `tags` replaces them all; `addTags` and `removeTags` leave the others. */
export const annotationChange = z.strictObject({
  id: z.string(),
  name: z.string().trim().max(200).optional(),
  note: z.string().max(20_000).optional(),
  tags: tags.optional(),
  addTags: tags.optional(),
  removeTags: tags.optional(),
  isStarred: z.boolean().optional(),
  isArchived: z.boolean().optional(),
})
export type AnnotationChange = z.output<typeof annotationChange>

/** How a list of runs is looked at. */
export const runsView = z.strictObject({
  filter: z.string().max(2000).default(''),
  /** Most important first. */
  sort: z.array(z.strictObject({ field: z.string().max(200), isDescending: z.boolean() })).max(4).default([]),
  groupBy: z.string().max(200).nullable().default(null),
  /** Fields in the order of the columns; the name is always the first column and is not among them. */
  columns: z.array(z.string().max(200)).max(60).default([]),
})
export type RunsView = z.output<typeof runsView>

export const savedView = z.object({ name: z.string(), view: runsView })
export type SavedView = z.output<typeof savedView>

export const viewName = z.string().trim().min(1).max(80)

/** Value of a field of a run: instants and durations in ms; null for none. */
export const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])), z.null()])
export type FieldValue = z.output<typeof fieldValue>

/** A run in a list. */
export const runRow = annotation.extend({
  studyId: z.string().nullable(),
  studyName: z.string().nullable(),
  key: z.string(),
  status,
  /** Not there for a run that Loupe trained itself. */
  importedFrom: z.enum(importTools).optional(),
  /** Of the columns asked for, in their order. */
  values: z.array(fieldValue),
})
export type RunRow = z.output<typeof runRow>

/** Something in the trash. */
export const trashed = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['run', 'study']),
  trashedAt: z.int(),
  /** 1 for a single run. */
  runs: z.int(),
  checkpointBytes: z.number(),
})
export type Trashed = z.output<typeof trashed>
