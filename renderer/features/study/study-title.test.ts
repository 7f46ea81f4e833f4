import { describe, expect, it } from 'vitest'
import { studyTitle } from './study-title.ts'

const t = ((key: string) => `<${key}>`) as unknown as Parameters<typeof studyTitle>[1] // the window's translation, reduced to what is asked of it
const study = { id: 'study-00000042', config: { method: 'loss-gap-batch' } } as Parameters<typeof studyTitle>[0] // what a title reads of a study

describe('the title of a study', () => {
  it('is the name that it was given', () => expect(studyTitle({ ...study, name: 'Night sweep' }, t)).toBe('Night sweep'))
  it('is made of its method and number where it has none', () => expect(studyTitle({ ...study, name: '' }, t)).toBe('<start.method.loss-gap-batch.title> · 000042'))
})
