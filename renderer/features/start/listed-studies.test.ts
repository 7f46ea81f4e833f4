import { describe, expect, it } from 'vitest'
import type { Annotation } from '../../../main/contract/annotations.ts'
import { studyRecord } from '../../test/records.ts'
import { listedStudies, usualStudies } from './listed-studies.ts'
import type { ListedStudy, StudiesView } from './listed-studies.ts'

function listed(id: string, createdAt: number, said: Partial<Annotation> = {}): ListedStudy {
  const name = said.name ?? id
  return { study: studyRecord({ id, name, createdAt }), annotation: { id, name, note: '', tags: [], isStarred: false, isArchived: false, trashedAt: null, ...said } }
}
const studies = [
  listed('study-0001', 1, { name: 'Sweep 10', tags: ['paper'], note: 'Shown to Ada.' }),
  listed('study-0002', 2, { name: 'Sweep 9', isStarred: true }),
  listed('study-0003', 3, { name: 'old', isArchived: true }),
]
const words = { title: ({ name }: { readonly name: string }) => name, choice: (_: string, value: string) => (value === 'mlp' ? 'Perceptron' : value) }
const shown = (view: Partial<StudiesView>) => listedStudies(studies, { ...usualStudies, ...view }, words).map(({ study }) => study.id.slice(-1)).join('')

describe('the studies of the start page', () => {
  it('come newest first, archived ones only when asked for', () => {
    expect([shown({}), shown({ showsArchived: true })]).toEqual(['21', '321'])
  })

  it('are found by words of their name, tags, note, id and model, whatever the case', () => {
    expect([shown({ text: 'SWEEP 9' }), shown({ text: 'paper' }), shown({ text: 'ada' }), shown({ text: '0002' }), shown({ text: 'perceptron' }), shown({ text: 'sweep  ada' }), shown({ text: 'nothing' })]).toEqual(['2', '1', '1', '2', '21', '1', ''])
  })

  it('are sorted by each column, numbers in names as numbers, those alike newest first', () => {
    const by = (column: StudiesView['sort']['column'], isDescending: boolean) => shown({ sort: { column, isDescending }, showsArchived: true })
    expect([by('name', false), by('star', true), by('tags', true), by('status', false), by('created', false), by('batches', true)]).toEqual(['321', '231', '132', '321', '123', '321'])
  })
})
