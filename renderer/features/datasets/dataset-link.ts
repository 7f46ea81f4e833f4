import type { LocationQueryRaw, LocationQueryValue } from 'vue-router'
import { datasetConfig } from '../../../main/contract/dataset-config.ts'
import type { DatasetConfig } from '../../../main/contract/dataset-config.ts'
import { isSame } from '../../schema-form/draft.ts'

const defaults: Readonly<Record<string, unknown>> = datasetConfig.parse({})

/** A data set in an address: what of its config differs from the defaults, as JSON. */
export function datasetQuery(config: DatasetConfig): LocationQueryRaw {
  const changed = Object.entries(config).filter(([key, value]) => key === 'name' || !isSame(value, defaults[key]))
  return { of: JSON.stringify(Object.fromEntries(changed)) }
}

/** The data set that an address names; null for none, or what reads as none. */
export function datasetOf(query: LocationQueryValue | LocationQueryValue[] | undefined): DatasetConfig | null {
  if (typeof query !== 'string') return null
  try {
    return datasetConfig.safeParse(JSON.parse(query)).data ?? null
  } catch {
    return null
  }
}
