import { describe, expect, it } from 'vitest'
import { LoupeError } from '../errors.ts'
import { allFields, aliases, fieldCalled, fieldNamed } from './fields.ts'
import { completeFilter } from './complete-filter.ts'
import { parseFilter } from './parse-filter.ts'
import type { FilterNode } from './parse-filter.ts'
import { quoted } from './tokens.ts'

const now = new Date(2026, 10, 25, 12).getTime()

/** A tree as text, each node in parentheses. */
function shown(node: FilterNode | null): string {
  if (node === null) return ''
  switch (node.kind) {
    case 'all':
      return `(${node.of.map(shown).join(' & ')})`
    case 'any':
      return `(${node.of.map(shown).join(' | ')})`
    case 'not':
      return `!${shown(node.of)}`
    case 'text':
      return `'${node.text}'`
    case 'compare':
      return `${node.field.name} ${node.operator} ${node.values.map((value) => ('value' in value ? String(value.value) : value.kind)).join(',')}`
  }
}
const read = (text: string) => shown(parseFilter(text, now))
function fault(text: string): Readonly<Record<string, unknown>> {
  try {
    parseFilter(text, now)
  } catch (error) {
    if (error instanceof LoupeError) return { ...error.facts, message: error.message }
    throw error
  }
  throw new Error(`${text} was read`)
}

describe('a filter', () => {
  it.each([
    ['', ''],
    ['source = mlflow param.lr > 1e-3', '(source = mlflow & param.lr > 0.001)'],
    ['param."weight decay" != none and min( metric."my loss" ) < 2', '(param.weight decay != none & min(metric.my loss) < 2)'],
    ['best(metric.val_accuracy) > 90%', 'max(metric.val_accuracy) > 0.9'],
    ['metric.train/loss < 1', 'train/loss < 1'],
    ['param.optimizer ~ 1 or param.seed = "007"', '(param.optimizer ~ 1 | param.seed = 007)'],
    ['accuracy > 0.9 and method = loss-gap-batch', '(validation/accuracy > 0.9 & method = loss-gap-batch)'],
    ['optimizer.learningRate <= 0.01', 'optimizer.learningRate <= 0.01'],
    ['best(accuracy)>=90% best(loss) < 1e-1', '(max(validation/accuracy) >= 0.9 & min(validation/loss) < 0.1)'],
    ['last(train/loss) < .5', 'train/loss < 0.5'],
    ['status in (running, queued) or starred', '(status = running,queued | starred = true)'],
    ['name ~ "first try"', 'name ~ first try'],
    ['tag:good tag:"very good" not tag:broken', '(tag = good & tag = very good & !tag = broken)'],
    ['duration < 5 min examples > 1.5M', '(duration < 300000 & examples > 1500000)'],
    ['duration > 90', 'duration > 90000'],
    ['resnet seed=3', "('resnet' & seed = 3)"],
    ['b=64', 'batchSize = 64'],
    ['model = MLP', 'model.kind = mlp'],
    ['batchPolicy.kind = none', 'batchPolicy.kind = none'],
    ['evaluation.fullGradient', 'evaluation.fullGradient = true'],
    ['accuracy', "'accuracy'"],
    ['"and"', "'and'"],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it('binds not before and before or, parentheses before all', () => {
    expect(read('a or b and not c d')).toBe("('a' | ('b' & !'c' & 'd'))")
    expect(read('(a or b) and not (c d)')).toBe("(('a' | 'b') & !('c' & 'd'))")
    expect(read('not not a')).toBe("!!'a'")
    expect(read('NOT a OR b')).toBe("(!'a' | 'b')")
  })

  it('reads a date as the time from its start to its end, and times back from now', () => {
    const values = (text: string) => {
      const node = parseFilter(text, now)
      return node?.kind === 'compare' ? node.values[0] : null
    }
    expect(values('created > 2026-11-01')).toEqual({ kind: 'period', from: new Date(2026, 10, 1).getTime(), to: new Date(2026, 10, 2).getTime() })
    expect(values('created = 2026-12')).toEqual({ kind: 'period', from: new Date(2026, 11, 1).getTime(), to: new Date(2027, 0, 1).getTime() })
    expect(values('created < 2026-11-01T09:30')).toEqual({ kind: 'period', from: new Date(2026, 10, 1, 9, 30).getTime(), to: new Date(2026, 10, 1, 9, 31).getTime() })
    expect(values('created = today')).toEqual({ kind: 'period', from: new Date(2026, 10, 25).getTime(), to: new Date(2026, 10, 26).getTime() })
    expect(values('created > 7 d ago')).toEqual({ kind: 'period', from: now - 604_800_000, to: now - 604_800_000 })
  })

  it.each([
    ['accurcy > 0.9', { problem: 'unknown-name', from: 0, to: 7, found: 'accurcy', expected: expect.arrayContaining(['accuracy']) }],
    ['param.lr > fast', { problem: 'wrong-value', from: 11, to: 15, field: 'param.lr' }],
    ['param."weight decay', { problem: 'expected-close', from: 6 }],
    ['best(metric.time) > 1', { problem: 'no-best', field: 'metric.time' }],
    ['source = aim', { problem: 'wrong-value', field: 'source' }],
    ['seed = 1 and accuracy > ', { problem: 'expected-value', from: 24, to: 24, field: 'validation/accuracy' }],
    ['accuracy > high', { problem: 'wrong-value', from: 11, to: 15, found: 'high', expected: expect.arrayContaining(['0.9']) }],
    ['created > 2026-02-30', { problem: 'wrong-value', from: 10, to: 20 }],
    ['status = done', { problem: 'wrong-value', from: 9, to: 13, expected: expect.arrayContaining(['running']) }],
    ['accuracy ~ 3', { problem: 'wrong-operator', from: 9, to: 10, expected: ['=', '!=', '<', '<=', '>', '>='] }],
    ['name > b', { problem: 'wrong-operator', from: 5, to: 6 }],
    ['(seed = 1', { problem: 'expected-close', from: 0, to: 1 }],
    ['name = "x', { problem: 'expected-close', from: 7, to: 9 }],
    ['seed = 1)', { problem: 'unexpected', from: 8, to: 9, found: ')' }],
    ['seed = 1 and', { problem: 'expected-term', from: 12, to: 12 }],
    ['or seed = 1', { problem: 'expected-term', from: 0, to: 2 }],
    ['()', { problem: 'unexpected', from: 1, to: 2 }],
    ['a ! b', { problem: 'unknown-mark', from: 2, to: 3 }],
    ['best(noise/scale) > 3', { problem: 'no-best', expected: ['min(noise/scale)', 'max(noise/scale)'] }],
    ['train/batch-loss < 1', { problem: 'unknown-name' }],
    ['x '.repeat(101), { problem: 'too-long' }],
    ['('.repeat(60), { problem: 'too-long' }],
    ['x'.repeat(2001), { problem: 'too-long' }],
  ])('refuses %s and points at the place', (text, expected) => {
    expect(fault(text)).toMatchObject(expected)
  })

  it('says in its message where it fails and what was expected', () => {
    expect(fault('seed = 1 accuracy ~ 3')['message']).toBe('Filter, character 19: "~" does not go with validation/accuracy. Expected: =, !=, <, <=, >, >=.')
  })

  it('throws nothing but LoupeError, whatever it is given, and completes anything', () => {
    const parts = ['accuracy', '>', '<=', '=', '!', '~', '"', "'", '(', ')', ',', 'and', 'or', 'not', 'in', 'tag:', 'best(', '0.9', '5', 'min', 'ago', 'created', '2026-11-01', 'none', ' ', '\\', 'é', '検索', '\u0000', 'constructor', '__proto__', '%']
    let state = 7
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return Math.floor((state / 2 ** 31) * below)
    }
    let readWell = 0
    for (let i = 0; i < 4_000; i++) {
      const text = Array.from({ length: random(12) }, () => parts[random(parts.length)]).join(random(2) === 0 ? '' : ' ')
      completeFilter({ text, caret: random(text.length + 1) })
      try {
        parseFilter(text, now)
        readWell++
      } catch (error) {
        if (!(error instanceof LoupeError) || error.code !== 'invalid-input') throw error
        const { from, to } = error.facts
        if (!(0 <= Number(from) && Number(from) <= Number(to) && Number(to) <= text.length)) throw new Error(`place ${String(from)} to ${String(to)} of ${JSON.stringify(text)}`)
      }
    }
    expect(readWell).toBeGreaterThan(20)
  })
})

describe('the fields', () => {
  it('are the columns, settings and metrics of a run, each with a description', () => {
    for (const name of ['status', 'optimizer.learningRate', 'model.hidden', 'batchPolicy.kind', 'exchange.workers', 'test/accuracy', 'seed', 'compute.jit']) expect(allFields().get(name), name).toBeDefined()
    for (const name of Object.values(aliases)) expect(allFields().get(name), name).toBeDefined()
    expect(fieldNamed('OPTIMIZER.learningrate')?.name).toBe('optimizer.learningRate')
    expect(fieldNamed('LearningRate')?.name).toBe('optimizer.learningRate')
    expect(allFields().get('model.hidden')?.type).toBe('list')
    expect(allFields().get('dataset.name')?.choices).toContain('digits')
  })

  it('are found by what a column is called', () => {
    expect(fieldCalled('best(accuracy)')?.name).toBe('max(validation/accuracy)')
    expect(fieldCalled('max(validation/accuracy)')?.name).toBe('max(validation/accuracy)')
    expect(fieldCalled('min(seed)')).toBeUndefined()
    expect(fieldCalled('nothing')).toBeUndefined()
  })

  it('are quoted where they are more than a word', () => {
    expect([quoted('good'), quoted('very good'), quoted('a"b'), quoted('or')]).toEqual(['good', '"very good"', '"a\\"b"', '"or"'])
  })
})

describe('completion', () => {
  const complete = (text: string, caret = text.length) => completeFilter({ text, caret, known: { tags: ['good', 'very good'], studies: ['My sweep'], params: ['lr', 'weight decay'], metrics: ['val_loss'] } })

  it('knows the parameters and metrics of imported runs', () => {
    expect(complete('para').options.map(({ text }) => text)).toEqual(['param.lr', 'param."weight decay"'])
    expect(complete('metric.v').options.map(({ text }) => text)).toEqual(['metric.val_loss'])
    expect(complete('param."weight decay" ').options.map(({ text }) => text)).toEqual(['=', '!=', '<', '<=', '>', '>=', '~', '!~', 'in'])
    expect(complete('source = ').options.map(({ text }) => text)).toEqual(['tensorboard', 'mlflow', 'csv'])
  })
  const texts = (text: string) => complete(text).options.map((option) => option.text)

  it('offers fields, then operators, then values', () => {
    expect(texts('acc')[0]).toBe('accuracy')
    expect(complete('seed = 1 and opti').from).toBe(13)
    expect(texts('accuracy ')).toEqual(['=', '!=', '<', '<=', '>', '>=', 'in'])
    expect(texts('status = ')).toContain('interrupted')
    expect(texts('status = ru')).toEqual(['running', 'interrupted'])
    expect(texts('status in (running, ')).toContain('paused')
    expect(texts('study = ')).toEqual(['"My sweep"'])
    expect(texts('tag:v')).toEqual(['tag:"very good"'])
    expect(texts('starred = ')).toEqual(['yes', 'no'])
    expect(texts('seed = 1 ').slice(0, 3)).toEqual(['and', 'or', 'not'])
  })

  it('completes where the caret stands', () => {
    expect(complete('acc > 0.5', 3)).toMatchObject({ from: 0, to: 3, options: expect.arrayContaining([expect.objectContaining({ text: 'accuracy' })]) })
  })
})
