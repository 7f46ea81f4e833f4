/** A configuration being edited: plain data, not yet known to be valid. */
export type Draft = { readonly [key: string]: unknown }

/** The value at a dotted path; undefined where there is none. */
export function valueAt(draft: unknown, path: string): unknown {
  return path.split('.').reduce((value: unknown, key) => (isDraft(value) ? value[key] : undefined), draft)
}

/** A copy of the draft with another value at the path. */
export function withValue(draft: Draft, path: string, value: unknown): Draft {
  const [key = '', ...rest] = path.split('.')
  if (rest.length === 0) return { ...draft, [key]: value }
  const child = draft[key]
  return { ...draft, [key]: withValue(isDraft(child) ? child : {}, rest.join('.'), value) }
}

/** What of a draft differs from the defaults; undefined where nothing does. Discriminators are kept beside what they decide. */
export function differences(draft: unknown, defaults: unknown): unknown {
  if (!isDraft(draft) || !isDraft(defaults)) return isSame(draft, defaults) ? undefined : draft
  const isOtherVariant = 'kind' in draft && draft['kind'] !== defaults['kind']
  const kept = Object.entries(draft).flatMap(([key, value]) => {
    const difference = isOtherVariant ? value : differences(value, defaults[key])
    return difference === undefined ? [] : [[key, difference] as const]
  })
  if (kept.length === 0) return undefined
  return 'kind' in draft ? { kind: draft['kind'], ...Object.fromEntries(kept) } : Object.fromEntries(kept)
}

export function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
