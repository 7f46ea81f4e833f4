import type { PaletteAction, PaletteGroup } from './palette-actions.ts'
import { paletteGroups } from './palette-actions.ts'
import { bestMatches } from './match.ts'

/** Entries of one group, in the order in which they are shown. */
export interface OfferedGroup {
  readonly group: PaletteGroup
  readonly actions: readonly PaletteAction[]
}

/** So that the list stays one to be looked over. */
const MOST_OF_GROUP = 8

/**
 * What the palette lists for what was typed: by group, the group of the best answer first; before anything is typed, all groups in their own order.
 *
 * Studies and runs were found by what they are, not by their names alone, so those that the text does not fit stay, behind those that it does.
 */
export function offered(typed: string, actions: readonly PaletteAction[]): OfferedGroup[] {
  const matches = bestMatches(typed, actions, (action) => `${action.label()} ${action.detail?.() ?? ''}`)
  const scored = new Map(matches.map(({ item, score }) => [item.id, score]))
  const alsoFound = actions.filter(({ id, group }) => group === 'run' && !scored.has(id))
  const best = (group: PaletteGroup) => matches.find(({ item }) => item.group === group)?.score ?? 0
  const order = typed.trim() === '' ? [...paletteGroups] : paletteGroups.toSorted((one, other) => best(other) - best(one))
  return order.flatMap((group) => {
    const own = [...matches.map(({ item }) => item), ...alsoFound].filter((action) => action.group === group).slice(0, MOST_OF_GROUP)
    return own.length > 0 ? [{ group, actions: own }] : []
  })
}
