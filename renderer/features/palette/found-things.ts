import { shallowRef } from 'vue'
import type { Ref } from 'vue'
import type { Client } from '../../../main/contract/rpc.ts'
import type { StudyRecord } from '../../../main/contract/records.ts'
import type { RunRow } from '../../../main/contract/annotations.ts'

/** Studies and runs that answer what is typed. */
export interface FoundThings {
  readonly studies: readonly StudyRecord[]
  readonly runs: readonly RunRow[]
}

const RUNS_SHOWN = 8
const STUDIES_LOOKED_AT = 200
/** After the last key, so that a word is asked for once. */
const PAUSE_MS = 150

/** Looks for studies and runs by what is typed. An answer that a later key has overtaken is dropped; one that fails finds nothing. */
export function useFoundThings(client: () => Pick<Client, 'request'>): { readonly found: Ref<FoundThings>; readonly look: (typed: string) => void; readonly end: () => void } {
  const found = shallowRef<FoundThings>({ studies: [], runs: [] })
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest = 0

  async function ask(typed: string): Promise<void> {
    const mine = ++latest
    const [studies, runs] = await Promise.all([
      client().request('study.list', { limit: STUDIES_LOOKED_AT }).then(({ studies: all }) => all, () => []),
      typed.trim() === '' ? [] : client().request('run.search', { filter: textFilter(typed), limit: RUNS_SHOWN }).then(({ rows }) => rows, () => []),
    ])
    if (mine === latest) found.value = { studies, runs }
  }
  return {
    found,
    look(typed) {
      clearTimeout(timer)
      timer = setTimeout(() => void ask(typed), typed === '' ? 0 : PAUSE_MS)
    },
    end() {
      clearTimeout(timer)
      latest += 1
      found.value = { studies: [], runs: [] }
    },
  }
}

/** Each word as a filter of its own, quoted, so that nothing that is typed is taken for the filter language. */
export function textFilter(typed: string): string {
  return typed
    .trim()
    .split(/\s+/)
    .map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`)
    .join(' ')
}
