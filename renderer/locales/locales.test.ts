import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import { errorCodes } from '../../main/contract/errors.ts'
import { metrics } from '../../main/contract/metrics.ts'
import { config as configEn } from './en/config.ts'
import { en } from './en/index.ts'
import { metrics as metricsEn } from './en/metrics.ts'
import { config as configJa } from './ja/config.ts'
import { ja } from './ja/index.ts'
import { metrics as metricsJa } from './ja/metrics.ts'

function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, child]) => keysOf(child, path === '' ? key : `${path}.${key}`))
}
function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').toSorted()
}
function textAt(messages: unknown, path: string): string {
  return String(path.split('.').reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined), messages))
}

describe('the languages', () => {
  it('have the same texts', () => {
    expect(keysOf(ja)).toEqual(keysOf(en))
    expect(keysOf(metricsJa)).toEqual(keysOf(metricsEn))
    expect(keysOf(configJa).toSorted()).toEqual(keysOf(configEn).toSorted())
  })

  it('use the same placeholders', () => {
    for (const path of keysOf(en)) expect(new Set(placeholders(textAt(ja, path))), path).toEqual(new Set(placeholders(textAt(en, path))))
  })

  it('name every error, with a remedy, and every metric', () => {
    expect(Object.keys(en.error).toSorted()).toEqual([...errorCodes].toSorted())
    expect(Object.keys(en.remedy).toSorted()).toEqual([...errorCodes].toSorted())
    expect(Object.keys(metricsEn).toSorted()).toEqual(Object.keys(metrics).toSorted())
  })

  it('compile: no text is cut at a sign that means something to the message format', () => {
    const warnings: unknown[] = []
    const i18n = createI18n({ legacy: false, locale: 'en', messages: { en, ja }, missingWarn: false, fallbackWarn: false })
    for (const locale of ['en', 'ja'] as const) {
      i18n.global.locale.value = locale
      for (const path of keysOf(en)) {
        const source = textAt(locale === 'en' ? en : ja, path)
        if (source.includes(' | ')) continue
        const plain = source.replaceAll("{'|'}", '|').replaceAll(/\{(\w+)\}/g, (_, name: string) => `«${name}»`)
        const values = Object.fromEntries(placeholders(source).map((name) => [name, `«${name}»`]))
        if (i18n.global.t(path, values) !== plain) warnings.push([locale, path, i18n.global.t(path, values)])
      }
    }
    expect(warnings).toEqual([])
  })
})
