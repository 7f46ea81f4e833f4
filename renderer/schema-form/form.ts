import type { Field, VariantField } from './describe-schema.ts'
import type { Draft } from './draft.ts'
import type { z } from '../../main/contract/zod.ts'

/** What is wrong with one setting. */
export interface Issue {
  readonly path: string
  readonly message: string
  /** The schema's own account; absent for a text that does not read as a number. */
  readonly rule?: z.core.$ZodIssue
}

/** Settings being edited, as the controls see them. */
export interface Form {
  readonly draft: Draft
  readonly defaults: Draft
  readonly issues: readonly Issue[]
  /** The schema, described. */
  readonly fields: Field
  set(path: string, value: unknown): void
  markUnreadable(path: string, message: string): void
  /** What a variant begins with when it is chosen; null for none of them. */
  beginning(field: Pick<VariantField, 'path' | 'discriminator'>, name: string): unknown
}
