import type { Annotation } from '../../../main/contract/annotations.ts'
import type { StudyRecord } from '../../../main/contract/records.ts'

/** A study with what the user says of it. */
export interface ListedStudy {
  readonly study: StudyRecord
  readonly annotation: Annotation
}

export type StudyColumn = 'star' | 'name' | 'status' | 'tags' | 'data' | 'model' | 'batches' | 'created'

export interface StudiesView {
  /** Words that must all be found, whatever their case, in the name, id, method, tags, note, status, data or model. */
  readonly text: string
  readonly showsArchived: boolean
  readonly sort: { readonly column: StudyColumn; readonly isDescending: boolean }
}
export const usualStudies: StudiesView = { text: '', showsArchived: false, sort: { column: 'created', isDescending: true } }

/** What a study is called in the window's language, and the words for its choices. */
export interface StudyWords {
  readonly title: (study: StudyRecord) => string
  readonly choice: (path: 'run.dataset.name' | 'run.model.kind', value: string) => string
}

/** The studies that a view shows, in its order; of those that are alike there, the newest first. */
export function listedStudies(studies: readonly ListedStudy[], { text, showsArchived, sort }: StudiesView, words: StudyWords): readonly ListedStudy[] {
  const wanted = text.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const sign = sort.isDescending ? -1 : 1
  return studies
    .filter(({ annotation }) => showsArchived || !annotation.isArchived)
    .filter((listed) => wanted.every((word) => textOf(listed, words).includes(word)))
    .toSorted((a, b) => sign * compare(valueOf(a, sort.column, words), valueOf(b, sort.column, words)) || b.study.createdAt - a.study.createdAt)
}

function textOf({ study, annotation }: ListedStudy, words: StudyWords): string {
  const { run } = study.config
  return [words.title(study), study.id, study.config.method, ...annotation.tags, annotation.note, study.status, run.dataset.name, words.choice('run.dataset.name', run.dataset.name), run.model.kind, words.choice('run.model.kind', run.model.kind)].join('\n').toLowerCase()
}

function valueOf({ study, annotation }: ListedStudy, column: StudyColumn, words: StudyWords): string | number {
  switch (column) {
    case 'star':
      return Number(annotation.isStarred)
    case 'name':
      return words.title(study)
    case 'status':
      return study.status
    case 'tags':
      return annotation.tags.join(', ')
    case 'data':
      return words.choice('run.dataset.name', study.config.run.dataset.name)
    case 'model':
      return words.choice('run.model.kind', study.config.run.model.kind)
    case 'batches':
      return batchSizesOf(study) ?? -1
    case 'created':
      return study.createdAt
  }
}

/** How many batch sizes a sweep has; null for a study of another method. */
export function batchSizesOf({ config }: StudyRecord): number | null {
  return config.method === 'critical-batch-size' ? config.sweep.batchSizes.length : null
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true })
}
