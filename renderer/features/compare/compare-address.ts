import type { LocationQuery } from 'vue-router'

/** Which runs are compared: some by name, all that fit a filter, or those of a study. */
export type RunChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'runs'; readonly runIds: readonly string[] }
  | { readonly kind: 'filter'; readonly filter: string }
  | { readonly kind: 'study'; readonly studyId: string }

/** The choice that an address makes: `?runs=a,b`, `?filter=…` or `?study=…`. */
export function choiceOf(query: LocationQuery): RunChoice {
  const [runs, filter, study] = ['runs', 'filter', 'study'].map((name) => textOf(query[name]))
  const runIds = [...new Set((runs ?? '').split(',').map((id) => id.trim()).filter((id) => /^run-\d{1,15}$/.test(id)))]
  if (runIds.length > 0) return { kind: 'runs', runIds }
  if (study !== undefined && /^study-\d{1,15}$/.test(study)) return { kind: 'study', studyId: study }
  return filter === undefined ? { kind: 'none' } : { kind: 'filter', filter }
}

/** What stands in an address for a choice. */
export function queryOf(choice: RunChoice): Readonly<Record<string, string>> {
  switch (choice.kind) {
    case 'none':
      return {}
    case 'runs':
      return { runs: choice.runIds.join(',') }
    case 'filter':
      return { filter: choice.filter }
    case 'study':
      return { study: choice.studyId }
  }
}

/** Ids of one filter: it may have 2,000 characters and 100 conditions. */
const idsAtOnce = 90

/** The filters that find a choice's runs; archived ones are found where they were named, themselves or by their study. */
export function filtersOf(choice: RunChoice): readonly string[] {
  switch (choice.kind) {
    case 'none':
      return []
    case 'filter':
      return [choice.filter]
    case 'study':
      return [`study = ${choice.studyId} and archived in (yes, no)`]
    case 'runs':
      return Array.from({ length: Math.ceil(choice.runIds.length / idsAtOnce) }, (_, part) => `id in (${choice.runIds.slice(part * idsAtOnce, (part + 1) * idsAtOnce).join(', ')}) and archived in (yes, no)`)
  }
}

/** A list in an address, such as that of the metrics; empty where it is not there. */
export function listOf(value: LocationQuery[string] | undefined): readonly string[] {
  return (textOf(value) ?? '').split(',').filter((part) => part !== '')
}

export function textOf(value: LocationQuery[string] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return typeof text === 'string' ? text : undefined
}
