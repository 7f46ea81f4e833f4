import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { RunRow } from '../../../../main/contract/annotations.ts'
import { i18n } from '../../../i18n.ts'
import { createFakeTransport } from '../../../test/fake-transport.ts'
import { connectWorkbench } from '../../../workbench.ts'
import { useCompareStore } from '../compare.store.ts'
import LineList from './LineList.vue'

const runs = 1000
const row = (index: number, values: RunRow['values']): RunRow => ({ id: `run-${String(index).padStart(6, '0')}`, name: `trial ${index}`, note: '', tags: [], isStarred: false, isArchived: false, trashedAt: null, studyId: null, studyName: null, key: '', status: 'finished', values })

beforeEach(() => {
  setActivePinia(createPinia())
  const transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('run.search', ({ columns = [] }) => ({ rows: Array.from({ length: runs }, (_, i) => row(i + 1, columns.length === 0 ? [] : [i % 3])), total: runs, groups: [] }))
})

async function opened(grouping: string | null) {
  const store = useCompareStore()
  store.choose({ kind: 'filter', filter: '' }, grouping)
  await store.load()
  const list = mount(LineList, { global: { plugins: [i18n], stubs: { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' } } } })
  return { store, list }
}

describe('the list of compared runs', () => {
  it('has elements for those in sight alone', async () => {
    const { list } = await opened(null)
    expect(list.findAll('li').length).toBeLessThan(60)
    expect(list.text()).toContain('1000 of 1000 shown')
    expect(list.find('a').attributes('href')).toBe('/runs/run-000001')
  })

  it('hides one, all but one, and all, without touching the colours of the others', async () => {
    const { store, list } = await opened(null)
    const before = store.lineColors.get('run-000002')
    await list.find('li input').trigger('change')
    expect(store.shownLines).toHaveLength(runs - 1)
    expect(store.lineColors.get('run-000002')).toBe(before)
    await list.findAll('.only')[1]!.trigger('click')
    expect(store.shownLines.map(({ id }) => id)).toEqual(['run-000002'])
    await list.find('.all input').trigger('change')
    expect(store.shownLines).toHaveLength(runs)
  })

  it('shows groups with how many runs each has', async () => {
    const { list } = await opened('batchSize')
    await nextTick()
    expect(list.findAll('li').map((item) => item.find('.name').text())).toEqual(['Batch size: 0', 'Batch size: 1', 'Batch size: 2'])
    expect(list.findAll('li')[0]!.text()).toContain('334 runs')
  })
})
