import { describe, expect, it } from 'vitest'
import { fieldCalled } from '../../../main/contract/filter/fields.ts'
import { createFormats } from '../../format.ts'
import { config } from '../../locales/en/config.ts'
import { metrics } from '../../locales/en/metrics.ts'
import { cellText, columnLabel } from './columns.ts'

const names = { column: (name: string) => `column ${name}`, statistic: (statistic: string, metric: string) => `${statistic} of ${metric}`, metrics, settings: config }
const text = (name: string, value: Parameters<typeof cellText>[0]['value']) => cellText({ field: fieldCalled(name), value, formats: createFormats('en'), yesNo: ['Yes', 'No'] })

describe('a column', () => {
  it('is called by its text, its metric or its path', () => {
    expect(columnLabel('status', names)).toBe('column status')
    expect(columnLabel('accuracy', names)).toBe('Validation accuracy')
    expect(columnLabel('best(accuracy)', names)).toBe('max of Validation accuracy')
    expect(columnLabel('seed', names)).not.toBe('')
    expect(columnLabel('nothing', names)).toBe('nothing')
    expect(columnLabel('param.weight decay', names)).toBe('weight decay')
    expect(columnLabel('min(metric.val_loss)', names)).toBe('min of val_loss')
    expect(columnLabel('source.group', names)).toBe('column sourceGroup')
  })

  it('shows values as their field is read', () => {
    expect(text('accuracy', 0.95123456)).toBe('0.9512')
    expect(text('steps', 12_345)).toBe('12,345')
    expect(text('duration', 65_000)).toBe('1 min 05 s')
    expect(text('starred', true)).toBe('Yes')
    expect(text('tag', ['a', 'b'])).toBe('a, b')
    expect(text('tag', [])).toBe('–')
    expect(text('accuracy', null)).toBe('–')
    expect(text('param.lr', 0.00123456)).toBe('0.001235')
    expect(text('param.optimizer', 'adam')).toBe('adam')
  })
})
