import type { StudyConfigInput } from '../../../main/contract/study-config.ts'

let kept: StudyConfigInput | null = null

/** Leaves settings for the form to begin with, such as those of the next stage. */
export function keepDraft(config: StudyConfigInput): void {
  kept = config
}

/** Takes what was left, once. */
export function takeDraft(): StudyConfigInput | null {
  const draft = kept
  kept = null
  return draft
}
