import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { batchReason } from '../../events/batch-reason.ts'
import type { BatchCause } from '../../events/batch-reason.ts'
import { formats } from '../../i18n.ts'

/** Why the batch size changed, with the controller's own words for what there is no sentence for. */
export interface Caused extends BatchCause {
  readonly reason: string
}

/** Says why the batch size changed, in the window's language. */
export function useReasonText(): ComputedRef<(caused: Caused) => string> {
  const { t } = useI18n()
  return computed(() => (caused) => batchReason({ ...caused }, { t: (key, named) => t(key, { ...named }), f: formats.value }) ?? caused.reason)
}

/** Breaks a long text into lines for a chart's tooltip, which does not wrap. */
export function wrapped(text: string, width = 64): string {
  const lines: string[] = []
  let line = ''
  // Japanese has no spaces: its sentences break after 、 and 。 too.
  for (const word of text.split(/(?<=[\s、。；])/)) {
    if (line !== '' && line.length + word.length > width) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += word
  }
  return [...lines, line.trimEnd()].join('\n')
}
