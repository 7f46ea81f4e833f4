import { flushPromises, mount, RouterLinkStub } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { i18n } from '../../../i18n.ts'
import { madeItem } from '../test/made-queue.ts'
import WaitingList from './WaitingList.vue'

const items = [madeItem('a', { startsInSeconds: 90 }), madeItem('b', { isHeld: true, waitsFor: 'held' }), madeItem('c', { kind: 'study', name: '', method: 'critical-batch-size', model: null, batchSize: null, priority: 'low', waitsFor: 'disk' })]
function mounted() {
  return mount(WaitingList, { props: { items }, attachTo: document.body, global: { plugins: [i18n], stubs: { RouterLink: RouterLinkStub } } })
}
let list: ReturnType<typeof mounted>

beforeEach(() => {
  i18n.global.locale.value = 'en'
  list = mounted()
})
afterEach(() => list.unmount())
const button = (name: string) => list.get(`button[aria-label="${name}"]`)

describe('what waits', () => {
  it('is listed in its order, each with what it waits for', () => {
    expect(list.findAll('li').map((line) => line.get('.state span').text())).toEqual(['Starts in about 1 min 30 s', 'Held by you', 'Waits for room on the disk'])
    expect(list.findAll('a').map((link) => link.text())).toEqual(['Run a', 'Run b', 'Critical batch size · c'])
    expect(list.findAll('select').map(({ element }) => element.value)).toEqual(['normal', 'normal', 'low'])
  })

  it('moves by its buttons, by the arrow keys on its handle and to either end, and says where it is then', async () => {
    expect(button('Move Run a up').attributes('disabled')).toBeDefined()
    await button('Move Run b down').trigger('click')
    const handle = button('Move Run b')
    for (const key of ['ArrowUp', 'ArrowDown', 'Home', 'End', 'x']) await handle.trigger('keydown', { key })
    await button('Move Run a').trigger('keydown', { key: 'ArrowUp' })
    expect(list.emitted('move')).toEqual([[1, 2], [1, 0], [1, 2], [1, 0], [1, 2]])
    expect(list.get('[role="status"]').text()).toBe('Run b is at place 3 of 3 now.')
  })

  it('keeps the focus with what was moved', async () => {
    await button('Move Run c'.replace('Run c', 'Critical batch size · c')).trigger('keydown', { key: 'Home' })
    await list.setProps({ items: [items[2]!, items[0]!, items[1]!] })
    await flushPromises()
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Move Critical batch size · c')
  })

  it('is given a priority, held, let go and cancelled', async () => {
    await list.get('li:nth-child(3) select').setValue('high')
    await button('Hold Run a').trigger('click')
    await button('Release Run b').trigger('click')
    await button('Cancel Run a').trigger('click')
    expect(list.emitted('priority')).toEqual([['c', 'high']])
    expect(list.emitted('hold')).toEqual([[items[0]], [items[1]]])
    expect(list.emitted('stop')).toEqual([[items[0]]])
  })
})
