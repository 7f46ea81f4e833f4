import { expect, it } from 'vitest'
import { withSection } from './document.ts'

it('adds a section at the end and later replaces it alone', () => {
  const first = withSection('# Benchmarks\n', { name: 'step', title: 'A step', body: 'old $1 numbers' })
  const both = withSection(first, { name: 'sweep', title: 'A sweep', body: 'other' })
  const anew = withSection(both, { name: 'step', title: 'A step', body: 'new' })
  expect(anew).toBe(
    '# Benchmarks\n\n<!-- begin step -->\n\n## A step\n\nnew\n\n<!-- end step -->\n\n<!-- begin sweep -->\n\n## A sweep\n\nother\n\n<!-- end sweep -->\n',
  )
})
