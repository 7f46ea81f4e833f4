/** Something to begin a list from. */
export interface Preset {
  readonly label: string
  readonly values: readonly (number | string)[]
}
