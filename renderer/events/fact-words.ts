import type { Formats } from '../format.ts'

/** Translates a text of the locale files. */
export type Translate = (key: string, named: Readonly<Record<string, unknown>>) => string

/** What a sentence is made with. */
export interface Language {
  readonly t: Translate
  readonly f: Formats
}

/** Words for a sentence's places; null for what the log does not say. */
export type Words = Readonly<Record<string, string | null>>

/** Reads logged facts as words. A log may be of another version, so each answers null for what is missing or of another type. */
export class FactWords {
  readonly #facts: Readonly<Record<string, unknown>>
  readonly #language: Language

  constructor(facts: Readonly<Record<string, unknown>>, language: Language) {
    this.#facts = facts
    this.#language = language
  }

  number(name: string): number | null {
    const value = this.#facts[name]
    return typeof value === 'number' ? value : null
  }

  count(name: string): string | null {
    return this.#written(name, this.#language.f.count)
  }

  significant(name: string): string | null {
    return this.#written(name, (value) => this.#language.f.significant(value))
  }

  hours(name: string): string | null {
    return this.#written(name, (value) => this.#language.f.duration(value * 3600))
  }

  ms(name: string): string | null {
    return this.#written(name, (value) => this.#language.f.duration(value / 1000))
  }

  bytes(name: string): string | null {
    return this.#written(name, this.#language.f.bytes)
  }

  text(name: string): string | null {
    const value = this.#facts[name]
    return typeof value === 'string' ? value : null
  }

  /** A fact that is one of a group's keys in the locale files, in its words. */
  choice(name: string, group: { readonly path: string; readonly choices: Readonly<Record<string, unknown>> }): string | null {
    const value = this.text(name)
    return value !== null && Object.hasOwn(group.choices, value) ? this.#language.t(`${group.path}.${value}`, this.#facts) : null
  }

  counts(name: string): string | null {
    const value = this.#facts[name]
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'number')) return null
    return value.map((one) => this.#language.f.count(one)).join(this.#language.t('events.separator', {}))
  }

  #written(name: string, write: (value: number) => string): string | null {
    const value = this.number(name)
    return value === null ? null : write(value)
  }
}

/** True where every word is there. */
export function isComplete(words: Words): words is Readonly<Record<string, string>> {
  return Object.values(words).every((word) => word !== null)
}
