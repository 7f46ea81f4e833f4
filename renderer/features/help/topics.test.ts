import temml from 'temml'
import { describe, expect, it } from 'vitest'
import { en } from '../../locales/en/index.ts'
import { ja } from '../../locales/ja/index.ts'
import { methods } from '../start/methods.ts'
import { helpTopics } from './topics.ts'

describe.each(methods)('the help of %s', (method) => {
  const topic = helpTopics[method]

  it('has formulae that read', () => {
    for (const { tex } of topic.formulas) {
      const drawn = temml.renderToString(tex, { displayMode: true, throwOnError: true, trust: false })
      expect(drawn).toContain('<math')
      expect(drawn).not.toContain('temml-error')
    }
  })

  it.each([
    ['English', en],
    ['Japanese', ja],
  ])('has a text for each formula and point, and no text without one, in %s', (_, { help }) => {
    const text = help.topic[method]
    expect(Object.keys(text.formula)).toEqual(topic.formulas.map(({ name }) => name))
    expect(Object.keys(text.reading)).toEqual(topic.reading)
    expect(Object.keys(text.pitfalls)).toEqual(topic.pitfalls)
    expect(text.idea.length).toBeGreaterThan(60)
  })
})
