import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { i18n } from '../../i18n.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import BlockCard from './components/BlockCard.vue'
import ChartFields from './components/ChartFields.vue'
import RenderedHtml from './components/RenderedHtml.vue'
import TableFields from './components/TableFields.vue'
import TextEditor from './components/TextEditor.vue'
import { ownStyle, withoutInlineStyles } from './rendered-style.ts'
import { filterFault, isWhole, newSource, sourceKinds } from './source-draft.ts'

const global = { plugins: [i18n] }
beforeEach(() => {
  setActivePinia(createPinia())
  connectWorkbench(createFakeTransport())
})

describe('a part of a report', () => {
  const props = { block: { id: 'a', kind: 'data' as const, source: newSource('study'), caption: '', pinId: 'pin-1' }, index: 1, count: 3, preview: { id: 'a', html: '<p>x</p>', problems: ['A formula does not read'] }, pageStyle: '', pin: { id: 'pin-1', reportId: 'r', at: 5, loupe: '0.1.0', source: newSource('study'), fingerprint: '', runs: 2 }, freshness: 'newer' as const, isBusy: false, isEditing: false }

  it('says when its data are of, that there are newer, and what is wrong', () => {
    const text = mount(BlockCard, { props, global }).text()
    expect(text).toMatch(/2 runs/)
    expect(text).toContain('There are newer data')
    expect(text).toContain('A formula does not read')
  })

  it('moves with Alt and the arrow keys, and by its buttons', async () => {
    const card = mount(BlockCard, { props, global })
    await card.trigger('keydown', { key: 'ArrowUp', altKey: true })
    await card.trigger('keydown', { key: 'ArrowDown', altKey: true })
    await card.trigger('keydown', { key: 'ArrowDown' })
    await card.get('[aria-label="Move part 2 up"]').trigger('click')
    expect(card.emitted('move')).toEqual([[0], [2], [0]])
  })
})

describe('HTML of a report in the window', () => {
  it('stands in a tree of its own, its style attributes set one by one', () => {
    const shown = mount(RenderedHtml, { props: { html: '<p style="color: red">a</p>', pageStyle: ':root { --ink: #000; }' }, global })
    const root = shown.element.shadowRoot
    expect(root?.querySelector('p')?.style.color).toBe('red')
    expect(root?.querySelector('p')?.getAttribute('data-style')).toBe('color: red')
    expect(shown.element.innerHTML).toBe('')
  })

  it('takes styles out of tags, and never out of text', () => {
    expect(withoutInlineStyles('<mi class="a" style="color:red">x</mi><p>a &lt;b style=&quot;c&quot;&gt; style="d"</p>')).toBe('<mi class="a" data-style="color:red">x</mi><p>a &lt;b style=&quot;c&quot;&gt; style="d"</p>')
  })

  it('is dark where the window is, and not as the system says', () => {
    const style = ':root { color-scheme: light dark; }\n@media (prefers-color-scheme: dark) { :root { --a: 1; } }\nbody { margin: 0; }'
    expect(ownStyle(style, true)).toContain(':host { color-scheme: dark; }\n@media all { :host { --a: 1; } }\n.page { margin: 0; }')
    expect(ownStyle(style, false)).toContain('@media not all { :host')
  })
})

describe('a text being written', () => {
  it('puts marks around what is chosen', async () => {
    const editor = mount(TextEditor, { props: { markdown: 'a loss', html: '', pageStyle: '', label: 'Part 1' }, global, attachTo: document.body })
    const area = editor.get('textarea')
    area.element.setSelectionRange(2, 6)
    await area.trigger('keydown', { key: 'b', ctrlKey: true })
    area.element.setSelectionRange(2, 6)
    await editor.get('[aria-label="Formula"]').trigger('click')
    expect(editor.emitted('write')).toEqual([['a **loss**'], ['a $loss$']])
    editor.unmount()
  })
})

describe('what a part shows', () => {
  it('begins whole or says what is missing, by kind', () => {
    expect(sourceKinds.map((kind) => [kind, isWhole(newSource(kind))])).toEqual([['chart', true], ['table', true], ['runs', true], ['study', false], ['study-part', false]])
    const chart = newSource('chart')
    expect(filterFault(chart)).toBeNull()
    const faulty = { ...newSource('table'), choice: { filter: 'accurcy > 1', runIds: null } } as ReturnType<typeof newSource> // a table with its choice changed
    expect([filterFault(faulty)?.code, isWhole(faulty)]).toEqual(['invalid-input', false])
  })

  it('of curves is chosen by quantity, axis and scale', async () => {
    const source = newSource('chart')
    if (source.kind !== 'chart') throw new Error('a chart was asked for')
    const fields = mount(ChartFields, { props: { modelValue: source }, global })
    await fields.get('select[aria-label="Add a quantity"]').setValue('train/loss')
    await fields.findAll('input[type="checkbox"]')[1]?.setValue(true)
    expect(fields.emitted('update:modelValue')).toEqual([[{ ...source, metrics: ['validation/loss', 'train/loss'] }], [{ ...source, metrics: ['validation/loss', 'train/loss'], yScale: 'log' }]])
  })

  it('of a table loses the names of single runs where rows are groups', async () => {
    const source = newSource('table')
    if (source.kind !== 'table') throw new Error('a table was asked for')
    const fields = mount(TableFields, { props: { modelValue: source }, global })
    await fields.findAll('select')[0]?.setValue('optimizer')
    expect(fields.emitted('update:modelValue')).toEqual([[{ ...source, groupBy: 'optimizer', columns: ['accuracy', 'loss'] }]])
  })
})
