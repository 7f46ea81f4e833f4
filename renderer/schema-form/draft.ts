/** A configuration being edited: plain data, not yet known to be valid. */
export type Draft = { readonly [key: string]: unknown }

/** The value at a dotted path, places in a list counted from 0; undefined where there is none. */
export function valueAt(draft: unknown, path: string): unknown {
  return path.split('.').reduce((value: unknown, key) => (isDraft(value) ? value[key] : Array.isArray(value) ? value[Number(key)] : undefined), draft)
}

/** A copy of the draft with another value at the path. */
export function withValue(draft: Draft, path: string, value: unknown): Draft {
  const [key = '', ...rest] = path.split('.')
  if (rest.length === 0) return { ...draft, [key]: value }
  const child = draft[key]
  if (Array.isArray(child)) return { ...draft, [key]: withItem(child, rest, value) }
  return { ...draft, [key]: withValue(isDraft(child) ? child : {}, rest.join('.'), value) }
}

function withItem(list: readonly unknown[], [place = '', ...rest]: readonly string[], value: unknown): unknown[] {
  return list.map((item: unknown, index) => (index !== Number(place) ? item : rest.length === 0 ? value : withValue(isDraft(item) ? item : {}, rest.join('.'), value)))
}

/**
 * What of a draft differs from the defaults; undefined where nothing does.
 *
 * A group of plain values is kept whole once one of them differs: a group that is given takes the defaults of its own schema, which may
 * be others than those of the study.
 */
export function differences(draft: unknown, defaults: unknown): unknown {
  if (isSame(draft, defaults)) return undefined
  if (!isDraft(draft) || !isDraft(defaults) || !Object.values(draft).some(isDraft)) return draft
  const kept = Object.entries(draft).flatMap(([key, value]) => {
    const difference = differences(value, defaults[key])
    return difference === undefined ? [] : [[key, difference] as const]
  })
  return Object.fromEntries(kept)
}

export function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
