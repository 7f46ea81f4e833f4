import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { i18n } from '../../i18n.ts'
import { issueText } from './issue-text.ts'
import { useNewStudyStore } from './new-study.store.ts'

const texts = (locale: 'en' | 'ja') => {
  i18n.global.locale.value = locale
  return useNewStudyStore().issues.map((issue) => issueText(issue, i18n.global.t))
}
beforeEach(() => setActivePinia(createPinia()))

describe('what is wrong with a setting', () => {
  it.each([
    ['sweep.maxSeeds', 99, 'At most 20.'],
    ['sweep.gateIntervalRatio', 1, 'Above 1.'],
    ['sweep.batchSizes', [8], 'At least 4 of them.'],
    ['sweep.batchSizes', [8, 8, 16, 32], 'The same batch size stands twice; write each once.'],
    ['sweep.bootstrap', 100.5, 'A whole number, please.'],
  ])('is said in words for %s = %j', (path, value, text) => {
    useNewStudyStore().set(path, value)
    expect(texts('en')).toEqual([text])
  })

  it('is said in Japanese, too', () => {
    useNewStudyStore().set('sweep.maxSeeds', 99)
    expect(texts('ja')).toEqual(['20 以下にしてください。'])
  })
})
