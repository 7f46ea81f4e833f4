import { describe, expect, it } from 'vitest'
import { settingColumns } from '../../../../main/compare/settings/setting-columns.ts'
import type { ComparedSettings } from '../../../../main/contract/compare-settings.ts'
import { runConfig } from '../../../../main/contract/run-config.ts'
import { createFormats } from '../../../format.ts'
import { i18n } from '../../../i18n.ts'
import { config } from '../../../locales/en/config.ts'
import { differenceColumns, differenceRows, differenceText, differingNames, seedGroups } from './difference-table.ts'
import { fieldChoices, firstResult, firstSettings, isMoreBetter } from './field-choices.ts'
import { sectionOf, settingLabel, settingTitle, settingValueText, withinSentence } from './setting-words.ts'
import type { SettingWords } from './setting-words.ts'
import { suitsLogarithm } from './suits-logarithm.ts'
import { aroundDifferences, sideBySide } from './text-difference.ts'

const words: SettingWords = { texts: config, formats: createFormats('en'), t: (key, values = {}) => i18n.global.t(key, values) }

/** Two batch sizes of two seeds each, and one run with another optimizer. */
function compared(): ComparedSettings {
  const inputs = [[8, 1, 'sgd'], [8, 2, 'sgd'], [1024, 1, 'sgd'], [1024, 2, 'sgd'], [8, 1, 'adam']] as const
  const configs = inputs.map(([batchSize, seed, kind]) => runConfig.parse({ batchSize, seed, optimizer: { kind, learningRate: 0.01 }, model: { kind: 'mlp' } }))
  return {
    runs: inputs.map(([batchSize, seed, kind], index) => ({ id: `run-${index + 1}`, key: `${kind} b=${batchSize} seed=${seed}`, name: '', studyId: 'study-1', studyName: 'Sweep', status: 'finished' })),
    settings: settingColumns(configs).filter(({ path }) => path !== 'name'),
    environment: settingColumns([2, 2, 2, 4, 2].map((threads) => ({ threads, jit: true, git: null }))),
    data: settingColumns(inputs.map(() => ({ hash: '0123456789abcdef' }))),
    metrics: [{ key: 'validation/accuracy', runs: 5 }, { key: 'train/loss', runs: 5 }],
  }
}

describe('words for settings', () => {
  it('are those of the form, whichever variant has the setting', () => {
    expect(settingLabel('batchSize', words)).toBe(config['run.batchSize']!.label)
    expect(settingLabel('optimizer.weightDecay', words)).toBe('Weight decay')
    expect(settingLabel('exchange.compressor.ratio', words)).toBe(config['compression.ratio']!.label)
    expect(settingLabel('distillation.temperature', words)).toBe(config['distillation.temperature']!.label)
    expect(settingLabel('decorrelation.unlabelledSets.0.batchSize', words)).toContain('unlabelled set 1')
    expect(settingLabel('nobody.knows', words)).toBe('nobody.knows')
  })

  it('name a setting away from its section with it', () => {
    expect(settingTitle('evaluation.everyExamples', words)).toBe('Evaluation: Evaluate every')
    expect(settingTitle('optimizer.learningRate', words)).toBe('Learning rate')
    expect([sectionOf('optimizer.kind'), sectionOf('seed'), sectionOf('labelSmoothing')]).toEqual(['optimizer', 'training', 'training'])
  })

  it('show values with units and names, as the form does', () => {
    expect(settingValueText('batchSize', 1024, words)).toBe('1,024 examples')
    expect(settingValueText('seed', 12345, words)).toBe('12345')
    expect(settingValueText('optimizer.kind', 'adamw', words)).toBe('AdamW')
    expect(settingValueText('model.hidden', [256, 64], words)).toBe('256, 64 units')
    expect(settingValueText('evaluation.everyExamples', null, words)).toBe('a tenth of the training examples')
    expect(settingValueText('evaluation.fullGradient', true, words)).toBe('On')
    expect(settingValueText('optimizer.beta1', undefined, words)).toBe('–')
  })

  it('begin small within a sentence, unless they are names', () => {
    expect([withinSentence('Batch size'), withinSentence('MLP ratio'), withinSentence('Armijo c'), withinSentence('β₁'), withinSentence('最適化手法')]).toEqual(['batch size', 'MLP ratio', 'Armijo c', 'β₁', '最適化手法'])
  })
})

describe('the table of differences', () => {
  it('has a line for what differs, section by section, with environment at the end', () => {
    const data = compared()
    const columns = differenceColumns(data, 'run')
    const rows = differenceRows({ compared: data, columns, words, isAll: false })
    expect(rows.filter(({ path }) => ['batchSize', 'seed', 'optimizer.kind', 'threads'].includes(path)).map(({ section, cells }) => [section, ...cells])).toEqual([
      ['training', '8 examples', '8 examples', '1,024 examples', '1,024 examples', '8 examples'],
      ['training', '1', '2', '1', '2', '1'],
      ['optimizer', 'SGD', 'SGD', 'SGD', 'SGD', 'Adam'],
      ['environment', '2', '2', '2', '4', '2'],
    ])
    expect(rows.some(({ path }) => path === 'labelSmoothing')).toBe(false)
    const all = differenceRows({ compared: data, columns, words, isAll: true })
    expect(all.find(({ path }) => path === 'labelSmoothing')).toMatchObject({ isDiffering: false })
    expect(all.at(-1)).toMatchObject({ section: 'data', cells: Array.from({ length: 5 }, () => '0123456789ab') })
  })

  it('puts runs that differ in nothing but their seed into one column', () => {
    const data = compared()
    expect(seedGroups(data)).toEqual([[0, 1], [2, 3], [4]])
    const columns = differenceColumns(data, 'group')
    const rows = differenceRows({ compared: data, columns, words, isAll: false })
    expect(rows.find(({ path }) => path === 'seed')!.cells).toEqual(['1; 2', '1; 2', '1'])
  })

  it('is summed up without settings that merely come with the optimizer, the seed last', () => {
    expect(differingNames(compared(), words)).toEqual(['optimizer', 'batch size', 'seed', 'Threads'])
  })

  it('is copied with tabs', () => {
    const data = compared()
    const columns = differenceColumns(data, 'run').slice(0, 2)
    const rows = differenceRows({ compared: data, columns, words, isAll: false }).filter(({ path }) => path === 'batchSize')
    expect(differenceText(rows, columns, 'Setting')).toBe(`Setting\tsgd b=8 seed=1\tsgd b=8 seed=2\n${config['run.batchSize']!.label}\t8 examples\t8 examples`)
  })
})

describe('two texts side by side', () => {
  it('stand line by line, what was taken out beside what came in its place', () => {
    expect(sideBySide('a\nb\nc\n', 'a\nx\ny\nc\n')).toEqual([
      { left: 'a', right: 'a', isSame: true },
      { left: 'b', right: 'x', isSame: false },
      { left: null, right: 'y', isSame: false },
      { left: 'c', right: 'c', isSame: true },
    ])
    expect(sideBySide('a\nb\n', 'a\n').at(-1)).toEqual({ left: 'b', right: null, isSame: false })
    expect(sideBySide('', '')).toEqual([])
  })

  it('leave out lines far from a difference', () => {
    const lines = sideBySide('1\n2\n3\n4\n5\n6\n7\n', '1\n2\n3\n4\n5\n6\nx\n')
    expect(aroundDifferences(lines, 1).map((line) => line?.left ?? null)).toEqual([null, '6', '7'])
  })
})

describe('fields of the compared runs', () => {
  const choices = fieldChoices(compared(), { words, names: { column: (name) => name, statistic: (statistic, metric) => `${statistic} ${metric}`, metrics: new Proxy({} as never, { get: (_, key) => String(key) }), settings: config } })

  it('are settings that differ, metrics that were logged, and what every run has', () => {
    expect(choices.filter(({ group }) => group === 'settings').map(({ name, isNumber }) => [name, isNumber])).toEqual([['optimizer.kind', false], ['batchSize', true], ['seed', true]])
    expect(choices.filter(({ group }) => group === 'results').map(({ name }) => name)).toEqual(['train/loss', 'min(train/loss)', 'max(train/loss)', 'validation/accuracy', 'min(validation/accuracy)', 'max(validation/accuracy)'])
    expect(firstResult(choices)?.name).toBe('validation/accuracy')
    expect(firstSettings(choices).map(({ name }) => name)).toEqual(['batchSize', 'optimizer.kind'])
    expect([isMoreBetter('max(validation/accuracy)'), isMoreBetter('train/loss')]).toEqual([true, false])
  })

  it('suit a logarithmic axis where they are above 0 and span more than a decade and a half', () => {
    expect([suitsLogarithm([8, 1024, null]), suitsLogarithm([8, 64]), suitsLogarithm([0, 1024]), suitsLogarithm([])]).toEqual([true, false, false, false])
  })
})
