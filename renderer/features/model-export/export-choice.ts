/** One trained model that may be exported. */
export interface ExportChoice {
  /** Unique among the choices. */
  readonly key: string
  readonly runId: string
  /** Blocks before its head. */
  readonly depth: number
  readonly label: string
}
