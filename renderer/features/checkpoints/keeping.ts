import type { KeepChange } from '../../../main/contract/checkpoint-browser.ts'
import { workbench } from '../../workbench.ts'
import { useRunActions } from '../runs/run-actions.store.ts'

/** Keeps checkpoints, lets go of them, or labels them, and offers to take that back. */
export function useKeeping(): (changes: readonly KeepChange[]) => Promise<void> {
  const actions = useRunActions()
  const send = (changes: readonly KeepChange[]) => workbench().request('checkpoint.setKept', { changes: [...changes] })
  return async (changes) => {
    const answer = await actions.attempt(() => send(changes))
    if (answer !== null) actions.tell({ what: 'changed', count: changes.length, left: 0, undo: async () => void (await send(answer.before)) })
  }
}
