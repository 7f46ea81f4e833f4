import type { Block } from '../contract/report-document.ts'

/** What a method adds to the report of a study of its own. */
export interface Detail {
  /** What is asked, and the formulae that it goes by. */
  readonly question: readonly Block[]
  /** Charts and tables beside the main table. */
  readonly results: readonly Block[]
}
