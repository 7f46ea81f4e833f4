// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { datasetConfig } from '../../../main/contract/dataset-config.ts'
import type { DatasetInspection } from '../../../main/contract/dataset-inspection.ts'
import { i18n } from '../../i18n.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { takeDraft } from '../new-study/kept-draft.ts'
import { badRowsCsv } from './bad-rows-csv.ts'
import BadRowsPanel from './components/BadRowsPanel.vue'
import ClassBalance from './components/ClassBalance.vue'
import PathField from './components/PathField.vue'
import SplitsCard from './components/SplitsCard.vue'
import StatisticsTable from './components/StatisticsTable.vue'
import { datasetOf, datasetQuery } from './dataset-link.ts'
import { useDatasetStore } from './dataset.store.ts'
import DatasetView from './DatasetView.vue'
import DatasetsView from './DatasetsView.vue'

const path = '/data/flowers.csv'
const own = datasetConfig.parse({ name: 'file', path })
const bad = { file: path, row: 'line 17', column: 'width', kind: 'not-a-number' as const, expected: 'a finite number', found: '"wide, very"' }
const inspection: DatasetInspection = {
  name: 'file',
  title: 'flowers.csv',
  kind: 'csv',
  path,
  licence: null,
  source: null,
  shape: [2],
  type: 'float32',
  hash: 'ab'.repeat(32),
  fileBytes: 1234,
  memoryBytes: 4321,
  classNames: ['iris', 'rose'],
  splits: [
    { split: 'training', examples: 9, perClass: [6, 3] },
    { split: 'validation', examples: 1, perClass: [1, 0] },
    { split: 'test', examples: 2, perClass: [1, 1] },
  ],
  made: { test: 'fifth-of-class', validation: 'random', splitSeed: 5, unused: 0 },
  features: {
    total: 2,
    constant: 1,
    examples: 9,
    isSample: false,
    listed: [
      { name: 'length', min: 1, mean: 2.5, deviation: 0.5, max: 4, missing: 0 },
      { name: 'width', min: 7, mean: 7, deviation: 0, max: 7, missing: 3 },
    ],
  },
  images: null,
  duplicates: { between: [{ from: 'training', to: 'test', examples: 1 }], within: [], contradicting: 0, pairs: [{ from: 'training', fromIndex: 3, to: 'test', toIndex: 0 }], isComplete: true },
  badRows: { rows: 1, cells: 1, byKind: [{ kind: 'not-a-number', cells: 1 }], byColumn: [{ column: 'width', cells: 1, empty: 0 }], listed: [bad], rule: 'refuse', refusal: 'flowers.csv, line 17' },
}
const page = { shape: [2], classNames: ['iris', 'rose'], featureNames: ['length', 'width'], total: 61, range: [1, 7] as [number, number], examples: [{ index: 4, label: 1, values: [2.5, 7] }] }

let transport: ReturnType<typeof createFakeTransport>
beforeEach(() => {
  transport = createFakeTransport()
  connectWorkbench(transport)
  setActivePinia(createPinia())
  transport.answer('dataset.inspect', () => inspection)
  transport.answer('dataset.preview', () => page)
  transport.answer('dataset.list', () => ({ datasets: [{ name: 'digits', title: 'Digits', trainExamples: 1438, testExamples: 359, shape: [8, 8, 1], classes: 10, licence: 'CC-BY-4.0', source: null }] }))
  transport.answer('dataset.known', () => ({ datasets: [{ config: own, title: 'flowers.csv', isKept: true, runs: 2, lastUsedAt: 0 }] }))
  transport.answer('dataset.keep', () => ({}))
  transport.answer('dataset.forget', () => ({}))
})

const router = () =>
  createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: { template: '<i />' } },
      { path: '/datasets', name: 'datasets', component: { template: '<i />' } },
      { path: '/datasets/look', name: 'dataset', component: { template: '<i />' } },
      { path: '/studies/new', name: 'new-study', component: { template: '<i />' } },
    ],
  })
const show = (component: Parameters<typeof mount>[0], props: object = {}, plugins: ReturnType<typeof router>[] = [router()]) => mount(component, { props, global: { plugins: [i18n, ...plugins] } } as never)

describe('the address of a data set', () => {
  it('holds what differs from the defaults, and gives it back', () => {
    const config = datasetConfig.parse({ name: 'file', path, badRows: 'skip', featureColumns: ['b', 'a'] })
    expect(datasetQuery(config)).toEqual({ of: JSON.stringify({ name: 'file', path, featureColumns: ['b', 'a'], badRows: 'skip' }) })
    expect(datasetOf(String(datasetQuery(config)['of']))).toEqual(config)
    expect([datasetOf('{"name":"nothing"}'), datasetOf('{'), datasetOf(undefined)]).toEqual([null, null, null])
  })
})

describe('bad rows as CSV', () => {
  it('are quoted, and nothing in them is a formula', () => {
    expect(badRowsCsv([bad, { ...bad, row: null, found: '=1+1' }])).toBe(
      'file,row,column,kind,found,expected\r\n/data/flowers.csv,line 17,width,not-a-number,"""wide, very""",a finite number\r\n/data/flowers.csv,,width,not-a-number,\'=1+1,a finite number\r\n',
    )
  })
})

describe('the list of data sets', () => {
  it('shows one’s own and those of Loupe, and lets go of one that was kept', async () => {
    const view = show(DatasetsView)
    await flushPromises()
    expect(view.findAll('tbody tr').map((row) => row.find('a').text())).toEqual(['flowers.csv', 'Digits'])
    await view.findAll('button').find((button) => button.text() === 'Remove from the list')?.trigger('click')
    await flushPromises()
    expect(transport.asked.find(({ name }) => name === 'dataset.forget')?.input).toEqual({ dataset: own })
  })

  it('asks again when another window keeps one', async () => {
    show(DatasetsView)
    await flushPromises()
    const before = transport.asked.filter(({ name }) => name === 'dataset.known').length
    transport.tell({ name: 'datasets.changed', payload: {} })
    await flushPromises()
    expect(transport.asked.filter(({ name }) => name === 'dataset.known')).toHaveLength(before + 1)
  })
})

describe('the field for a path', () => {
  it('says what is there as it is typed, and opens what Loupe reads only', async () => {
    vi.useFakeTimers()
    transport.answer('dataset.checkPath', ({ path: typed }) => (typed === path ? { kind: 'csv', problem: null } : { kind: null, problem: 'not-found' }))
    const view = show(PathField)
    const type = async (text: string) => {
      await view.find('input').setValue(text)
      await vi.advanceTimersByTimeAsync(300)
      await flushPromises()
    }
    await type('/data/flow')
    expect([view.find('[role=status]').text(), view.find('button').attributes('disabled')]).toEqual(['There is nothing at this path on the machine where Loupe runs.', ''])
    await type(path)
    expect(view.find('[role=status]').text()).toBe('A table: CSV or TSV.')
    await view.find('form').trigger('submit')
    await flushPromises()
    expect(view.emitted('open')).toEqual([[path]])
    vi.useRealTimers()
  })
})

describe('a data set', () => {
  it('cannot be used in a study while a run would refuse it, and can with its bad rows left out', async () => {
    const routes = router()
    const view = show(DatasetView, { of: own }, [routes])
    await flushPromises()
    const use = () => view.findAll('button').find((button) => button.text() === 'Use in a new study')!
    expect([use().attributes('disabled'), view.text().includes('A run on these data would be refused.')]).toEqual(['', true])
    await view.findAll('button').find((button) => button.text() === 'Leave them out')?.trigger('click')
    await flushPromises()
    expect(datasetOf(String(routes.currentRoute.value.query['of']))).toEqual({ ...own, badRows: 'skip' })

    transport.answer('dataset.inspect', () => ({ ...inspection, badRows: { ...inspection.badRows, rule: 'skip', refusal: null } }))
    const skipping = { ...own, badRows: 'skip' as const }
    await view.setProps({ of: skipping } as never)
    await flushPromises()
    await use().trigger('click')
    await flushPromises()
    expect([routes.currentRoute.value.path, takeDraft()]).toEqual(['/studies/new', { method: 'critical-batch-size', run: { dataset: skipping } }])
  })

  it('keeps its settings in sight where it does not read, so that they can be mended', async () => {
    transport.answer('dataset.inspect', () => {
      throw new Error('flowers.csv has no column "kind"')
    })
    const view = show(DatasetView, { of: { ...own, labelColumn: 'kind' } })
    await flushPromises()
    expect(view.find('[role=alert]').text()).toContain('has no column "kind"')
    expect(view.find('#setting-run-dataset-labelColumn').exists()).toBe(true)
  })

  it('is looked at page by page, of a class and of a split', async () => {
    const store = useDatasetStore()
    await store.read(own)
    await store.show({ classIndex: 1 })
    await store.show({ offset: 60 })
    await store.show({ split: 'test' })
    const asked = transport.asked.filter(({ name }) => name === 'dataset.preview').map(({ input }) => input)
    expect(asked).toMatchObject([{ split: 'training', classIndex: null, offset: 0 }, { classIndex: 1, offset: 0 }, { classIndex: 1, offset: 60 }, { split: 'test', classIndex: 1, offset: 0 }])
  })

  it('takes changed settings when they read', async () => {
    const store = useDatasetStore()
    await store.read(own)
    expect(store.changed).toBeNull()
    store.set('run.dataset.path', '')
    expect([store.changed, store.issues.map((issue) => issue.path)]).toEqual([null, ['run.dataset.path']])
    store.set('run.dataset.path', '/data/b.csv')
    expect(store.changed).toEqual({ ...own, path: '/data/b.csv' })
  })
})

describe('the parts of a data set', () => {
  it('count classes by split and go to their examples', async () => {
    const view = show(ClassBalance, { splits: inspection.splits, classNames: inspection.classNames })
    expect(view.findAll('tbody tr').map((row) => row.findAll('.count').map((cell) => cell.text()))).toEqual([['6', '1', '1'], ['3', '0', '1']])
    expect([view.text().includes('2 times as many'), view.findAll('rect')[3]?.attributes('width')]).toEqual([true, '50'])
    await view.findAll('.name')[1]?.trigger('click')
    expect(view.emitted('choose')).toEqual([[1]])
  })

  it('say how the splits were made and which examples leak', () => {
    const text = show(SplitsCard, { inspection }).text()
    expect(text).toContain('drawn at random by the split seed 5')
    expect(text).toContain('1 example of Test is also among Training')
    expect(text).toContain('Training 3 = Test 0')
  })

  it('mark columns that never change and count what is missing', () => {
    const rows = show(StatisticsTable, { inspection }).findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))
    expect(rows).toEqual([['length', '1', '2.5', '0.5', '4', '0'], ['width constant', '7', '7', '0', '7', '3']])
  })

  it('list bad rows in the language of the window', () => {
    const cells = show(BadRowsPanel, { inspection }).findAll('tbody td').map((cell) => cell.text())
    expect(cells).toEqual(['flowers.csv', 'line 17', 'width', 'Not a number', '"wide, very"', 'a finite number'])
  })
})
