/** What the form says about one setting. */
export interface FieldText {
  readonly label: string
  readonly help: string
  /** Shown behind the control; absent where the value has none. */
  readonly unit?: string
  /** What happens when the setting is left to Loupe. Needed by every setting that may be null. */
  readonly automatic?: string
  /** What it means that the setting may be left out: that it is left to Loupe, or that it is off. */
  readonly nullIs?: 'off'
  /** How a row of several numbers is written. Needed by every list of rows. */
  readonly example?: string
  /** A label for each choice of a list of choices. */
  readonly choices?: Readonly<Record<string, string>>
}

/** Texts by path. A variant's own text stands under `path@variant.field` and goes before the one under `path.field`. */
export type FieldTexts = Readonly<Record<string, FieldText>>
