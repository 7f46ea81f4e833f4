/** What a table of a comparison's runs needs to know of one. */
export interface TabledRun {
  /** Null where it has not been made. */
  readonly runId: string | null
  readonly arm: string
  readonly seed: number
  readonly problem: string | null
}

export interface RunColumn<Run> {
  readonly id: string
  readonly label: string
  /** Null where the run has no such value. */
  readonly write: (run: Run) => string | null
}

/** Writes a value where there is one. */
export function written(value: number | null, write: (value: number) => string): string | null {
  return value === null ? null : write(value)
}
