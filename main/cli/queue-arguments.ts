import { LoupeError } from '../contract/errors.ts'
import { priority as priorities } from '../contract/queue.ts'
import type { QueueEdit } from './queue.ts'

export const queueActions = ['list', 'move', 'priority', 'hold', 'release', 'cancel', 'pause', 'resume'] as const

/** Reads what follows `loupe queue`. @throws LoupeError `invalid-input` that says what is missing. */
export function queueEdit(given: { readonly action: string; readonly id?: string | undefined; readonly priority?: string | undefined; readonly before?: string; readonly after?: string }): QueueEdit {
  const { action } = given
  switch (action) {
    case 'pause':
    case 'resume':
      return { kind: action }
    case 'hold':
    case 'release':
    case 'cancel':
      return { kind: action, id: idOf(given) }
    case 'move':
      return { kind: action, id: idOf(given), before: given.before ?? null, after: given.after ?? null }
    case 'priority': {
      const parsed = priorities.safeParse(given.priority)
      if (parsed.success) return { kind: action, id: idOf(given), priority: parsed.data }
      throw new LoupeError('invalid-input', `A priority is ${priorities.options.join(', ')}, got ${given.priority ?? 'none'}: \`loupe queue priority ${idOf(given)} high\`.`, { priority: given.priority ?? null })
    }
    default:
      throw new LoupeError('invalid-input', `\`loupe queue\` knows ${queueActions.join(', ')}; it does not know "${action}".`, { action })
  }
}

function idOf({ action, id }: { readonly action: string; readonly id?: string | undefined }): string {
  if (id !== undefined) return id
  throw new LoupeError('invalid-input', `Say which one: \`loupe queue ${action} run-42\`. \`loupe queue\` lists them.`, { action })
}
