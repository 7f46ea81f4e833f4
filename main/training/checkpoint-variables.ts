import { LoupeError } from '../contract/errors.ts'
import type { HostArray, HostArrays, Session } from '../tensorflow/runtime.ts'
import type { TrainedVariables } from './training-step.ts'
import { readGroup } from './variables.ts'
import type { VariableGroup } from './variables.ts'

/** The values of a run's variables, by what they are. */
export interface GroupValues {
  readonly parameters: HostArrays
  readonly statistics: HostArrays
  readonly slots: HostArrays
}

const groups = ['parameters', 'statistics', 'slots'] as const

/** A run's variables, and others that its checkpoints are to hold, such as what workers remember. */
export interface SavedVariables extends TrainedVariables {
  /** Each group with the place of its names in the checkpoint, such as `exchange/memory-1/`. */
  readonly beside?: readonly { readonly place: string; readonly group: VariableGroup }[]
}

/** Reads a run's variables for a checkpoint, under names such as `parameters/stem/kernel`. */
export async function saveGroups(session: Session, variables: SavedVariables): Promise<HostArrays> {
  const saved: Record<string, HostArray> = {}
  const placed = [...groups.map((group) => ({ place: `${group}/`, group: variables[group] })), ...(variables.beside ?? [])]
  for (const { place, group } of placed) {
    for (const [name, value] of Object.entries(await readGroup(session, group))) saved[`${place}${name}`] = value
  }
  return saved
}

/**
 * Takes a run's variables out of a checkpoint.
 *
 * @param expected  Which variables the run has, and their shapes.
 * @param startsAnew  Names of variables that keep their initial values where the checkpoint has none.
 * @throws LoupeError `shape-mismatch` where one is missing or of another shape: the checkpoint is of another model or optimiser.
 */
export function restoreGroups(expected: GroupValues, saved: HostArrays, startsAnew: (name: string) => boolean = () => false): GroupValues {
  const restore = (group: keyof GroupValues): HostArrays =>
    Object.fromEntries(
      Object.entries(expected[group]).map(([name, initial]) => {
        const { shape, type } = initial
        const value = saved[`${group}/${name}`] ?? (startsAnew(name) ? initial : undefined)
        if (value && value.type === type && value.shape.join() === shape.join()) return [name, value]
        const found = value ? `${value.type} [${value.shape.join(', ')}]` : 'nothing'
        throw new LoupeError('shape-mismatch', `The checkpoint holds ${found} for ${group}/${name}, the run has ${type} [${shape.join(', ')}]. Resume it with the model and optimizer that it was saved with.`, {
          variable: `${group}/${name}`,
        })
      }),
    )
  return { parameters: restore('parameters'), statistics: restore('statistics'), slots: restore('slots') }
}
