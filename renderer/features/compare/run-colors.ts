/** Told apart in the common colour-vision deficiencies, and at least 3 : 1 against the ground of their mode. */
const palettes = {
  light: ['#0b6b88', '#c4621a', '#6b4ba3', '#1f8038', '#b3261e', '#3f6fd1', '#8a6d00', '#a02c78', '#0f7a68', '#5c6a75'],
  dark: ['#5cbcd8', '#f0a35e', '#b79ee6', '#7bcf8e', '#f28b82', '#8fb3ff', '#d8c25a', '#e78bbd', '#5fd0b5', '#aab6c0'],
} as const satisfies Record<'light' | 'dark', readonly string[]>

const storageKey = 'loupe.compare-colors'
/** More lines than anyone can tell apart by then. */
const mostKept = 5000

/**
 * Colours of runs and groups. The first one that is ever seen in this window takes the first colour, the next the next: what a line is drawn in
 * depends on itself alone, whatever is shown beside it, and stays from one visit to the next.
 */
export class LineColors {
  readonly #numbers: Map<string, number>
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage
    this.#numbers = stored(storage)
  }

  /** Gives numbers to lines that have none, in the order given. */
  meet(ids: readonly string[]): void {
    const fresh = ids.filter((id) => !this.#numbers.has(id))
    if (fresh.length === 0) return
    if (this.#numbers.size + fresh.length > mostKept) this.#numbers.clear()
    for (const id of this.#numbers.size === 0 ? ids : fresh) this.#numbers.set(id, this.#numbers.size)
    this.#keep()
  }

  colorOf(id: string, mode: 'light' | 'dark'): string {
    const palette = palettes[mode]
    return palette[(this.#numbers.get(id) ?? 0) % palette.length] ?? palette[0]
  }

  /** Another colour for a line: the next one. */
  turn(id: string): void {
    this.#numbers.set(id, (this.#numbers.get(id) ?? 0) + 1)
    this.#keep()
  }

  #keep(): void {
    this.#storage.setItem(storageKey, JSON.stringify([...this.#numbers]))
  }
}

function stored(storage: Pick<Storage, 'getItem'>): Map<string, number> {
  try {
    const entries: unknown = JSON.parse(storage.getItem(storageKey) ?? '[]')
    return new Map(Array.isArray(entries) ? entries.filter((entry): entry is [string, number] => Array.isArray(entry) && typeof entry[0] === 'string' && Number.isInteger(entry[1])) : [])
  } catch {
    return new Map() // written by another version
  }
}
