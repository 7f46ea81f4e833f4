import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { settingColumns } from '../../../../main/compare/settings/setting-columns.ts'
import { importance } from '../../../../main/compare/settings/importance.ts'
import type { Importance, ImportanceQuestion } from '../../../../main/compare/settings/importance.ts'
import { chartColors } from '../../../charts/colors.ts'
import { createFormats } from '../../../format.ts'
import { i18n } from '../../../i18n.ts'
import { createFakeTransport } from '../../../test/fake-transport.ts'
import { connectWorkbench } from '../../../workbench.ts'
import { importanceOption } from './importance-option.ts'
import { importanceSummary, problemText, settingSentence, shareText, signed, warningText } from './importance-words.ts'
import type { ImportanceWords } from './importance-words.ts'
import { useSettingsOf } from './settings-data.ts'
import { useImportance } from './use-importance.ts'

const formats = createFormats('en')
const words: ImportanceWords = {
  t: (key, values = {}) => i18n.global.t(key, values),
  formats,
  titleOf: (path) => ({ batchSize: 'Batch size', 'model.kind': 'Network', seed: 'Seed' })[path] ?? path,
  valueText: (_, value) => String(value),
  metric: 'Validation accuracy',
  metricText: (value) => formats.significant(value, 3),
}

/** 4 batch sizes × 2 models × 3 seeds: the larger batch the worse, cnn better by 0.1. */
function question(): ImportanceQuestion {
  const runs = [8, 16, 32, 64].flatMap((batch) => ['mlp', 'cnn'].flatMap((model) => [1, 2, 3].map((seed) => ({ batch, model, seed }))))
  return {
    settings: [
      { name: 'batchSize', values: runs.map(({ batch }) => batch) },
      { name: 'model.kind', values: runs.map(({ model }) => model) },
      { name: 'seed', values: runs.map(({ seed }) => seed) },
    ],
    metric: runs.map(({ batch, model, seed }) => 0.9 - Math.log2(batch) * 0.01 + (model === 'cnn' ? 0.1 : 0) + 0.001 * seed),
    seedName: 'seed',
  }
}
function found(): Importance {
  const work = importance(question())
  for (;;) {
    const { done, value } = work.next()
    if (done !== true) continue
    if ('problem' in value) throw new Error(value.problem)
    return value
  }
}

describe('words about importance', () => {
  it('say what a setting decides, and which way it goes', () => {
    const { settings } = found()
    const sentences = Object.fromEntries(settings.map((setting) => [setting.names[0], settingSentence(setting, words)]))
    expect(sentences['model.kind']).toMatch(/^Network by itself decides \d+% of the predicted variance of validation accuracy\. Highest at cnn \(.+\), lowest at mlp \(.+\)\.$/)
    // Half of the ranks are those of the models, so ρ is the batch size's within them alone.
    expect(sentences['batchSize']).toMatch(/More of it goes with less validation accuracy \(ρ = −0\.\d\d, −0\.\d\d to −0\.\d\d\)\.$/)
    expect(sentences['seed']).toContain('That is chance')
  })

  it('sum up, with the noise among seeds', () => {
    const said = importanceSummary(found(), words).join(' ')
    expect(said).toMatch(/^Over these 24 runs, validation accuracy depends most on network \(\d+%\), batch size \(\d+%\)\./)
    expect(said).toContain('differ by ±0.001 from seed to seed')
  })

  it('warn and refuse in words', () => {
    expect(warningText({ kind: 'together', names: ['batchSize', 'seed'] }, words)).toBe('Batch size, Seed always change together in these runs: which of them matters cannot be told.')
    expect(warningText({ kind: 'few-runs', runs: 12, wanted: 30, settings: 3 }, words)).toContain('12 for 3 settings')
    expect(problemText({ problem: 'too-few-runs', runs: 3, wanted: 10 }, words)).toContain('at least 10')
    expect([signed(-0.004), signed(0.4), signed(-1), shareText(0.004, formats), shareText(0, formats)]).toEqual(['0.00', '+0.40', '−1.00', '<1%', '0%'])
  })
})

describe('bars of importance', () => {
  const texts = { axis: 'axis', floor: 'floor', rises: 'rises', falls: 'falls', none: 'none', seed: 'seed' }
  const draw = (measure: 'share' | 'permutation' | 'rank') => importanceOption({ colors: chartColors('light'), formats }, { found: found(), measure, nameOf: ({ names }) => names.join(), sentenceOf: () => 'a sentence', texts })

  it('stand in the order of the measure, coloured by direction', () => {
    expect(draw('share')).toMatchObject({ yAxis: { data: ['model.kind', 'batchSize', 'seed'] } })
    expect(draw('share').series).toMatchObject([{ name: 'falls', data: ['-', expect.any(Number), '-'] }, { name: 'none', data: [expect.any(Number), '-', '-'] }, { name: 'seed' }, { type: 'custom' }])
    expect(draw('rank')).toMatchObject({ yAxis: { data: ['batchSize', 'seed'] }, xAxis: { min: -1, max: 1 } })
  })

  it('show what chance gives beside what shuffling loses', () => {
    const series = draw('permutation').series
    expect(Array.isArray(series) ? series.at(-1) : null).toMatchObject({ name: 'floor', markLine: { data: [{ xAxis: found().noiseFloor }] } })
  })
})

describe('importance in the window', () => {
  it('is computed in stretches, and anew for another question', async () => {
    const asked = ref<ImportanceQuestion | null>(question())
    let state: ReturnType<typeof useImportance> | null = null
    const mounted = mount(defineComponent(() => ((state = useImportance(() => asked.value)), () => h('i'))))
    await expect.poll(() => state?.result, { timeout: 15_000 }).not.toBeNull()
    expect(state!.result).toEqual(found())
    expect(state!.progress).toBeNull()
    asked.value = { ...question(), metric: question().metric.map(() => 1) }
    await expect.poll(() => state?.result, { timeout: 15_000 }).toEqual({ problem: 'constant-metric', runs: 24 })
    mounted.unmount()
  })
})

describe('settings of the compared runs', () => {
  it('are asked for in batches, once for the same runs, and put together', async () => {
    setActivePinia(createPinia())
    const transport = createFakeTransport()
    connectWorkbench(transport)
    transport.answer('compare.settings', ({ runIds }) => ({
      runs: runIds.map((id) => ({ id, key: '', name: id, studyId: null, studyName: null, status: 'finished' as const })),
      settings: settingColumns(runIds.map((id) => ({ seed: Number(id.slice(4)) % 3, batchSize: 64 }))),
      environment: [],
      data: [],
      metrics: [{ key: 'train/loss', runs: runIds.length }],
    }))
    const ids = Array.from({ length: 1200 }, (_, index) => `run-${index + 1}`)
    let state: ReturnType<typeof useSettingsOf> | null = null
    const component = defineComponent(() => ((state = useSettingsOf(() => ids)), () => h('i')))
    const mounted = [mount(component)]
    await flushPromises()
    mounted.push(mount(component))
    await flushPromises()
    expect(transport.asked.map(({ input }) => (input as { runIds: string[] }).runIds.length)).toEqual([500, 500, 200])
    expect(state!.data?.runs).toHaveLength(1200)
    expect(state!.data?.settings.find(({ path }) => path === 'seed')?.of.slice(0, 4)).toEqual([0, 1, 2, 0])
    expect(state!.data?.metrics).toEqual([{ key: 'train/loss', runs: 1200 }])
    for (const one of mounted) one.unmount()
  })
})
