import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { omissionKinds } from '../../../main/contract/run-import.ts'
import type { ImportResult } from '../../../main/contract/run-import.ts'
import { i18n } from '../../i18n.ts'
import ImportResultNote from './components/ImportResultNote.vue'
import OmissionList from './components/OmissionList.vue'

const global = { plugins: [i18n] }

describe('what was left out', () => {
  it('is a sentence a kind, with its count and place, in both languages', () => {
    for (const language of ['en', 'ja'] as const) {
      i18n.global.locale.value = language
      for (const count of [1, 1234]) {
        const list = mount(OmissionList, { global, props: { omissions: omissionKinds.map((kind) => ({ kind, count, where: 'here' })) } })
        const sentences = list.findAll('li').map((item) => item.text())
        expect(sentences).toHaveLength(omissionKinds.length)
        for (const sentence of sentences) expect(sentence).not.toMatch(/imports\.|\{|\|/)
        if (count > 1) expect(sentences.every((sentence) => sentence.includes('1,234'))).toBe(true)
      }
    }
    i18n.global.locale.value = 'en'
  })

  it('says so where nothing was', () => {
    expect(mount(OmissionList, { global, props: { omissions: [] } }).text()).toBe('Nothing was left out.')
  })
})

describe('the result of an import', () => {
  const result: ImportResult = {
    tool: 'csv',
    path: '/a.csv',
    runs: [{ sourceId: 'a', name: 'a', runId: 'run-1', outcome: 'added', omissions: [{ kind: 'unreadable-values', count: 1, where: 'loss, 3' }] }, { sourceId: 'b', name: 'b', runId: 'run-2', outcome: 'unchanged', omissions: [] }],
    omissions: [],
    wasStopped: true,
  }

  it('counts what became of the runs, and offers to take new ones back', async () => {
    const note = mount(ImportResultNote, { global, props: { result, added: 1, isUndone: false } })
    expect(note.text()).toContain('1 run is new.')
    expect(note.text()).toContain('1 run was here already.')
    expect(note.text()).toContain('Stopped')
    expect(note.text()).toContain('1 value is no number, and is left out (loss, 3).')
    await note.findAll('button')[0]!.trigger('click')
    expect(note.emitted('undo')).toHaveLength(1)
    await note.setProps({ isUndone: true })
    expect(note.findAll('button').map((button) => button.text())).toEqual(['Import more', 'Show them'])
  })
})
