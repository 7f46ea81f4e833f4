/** What can be done with a checkpoint. */
export const checkpointActs = ['inspect', 'restore', 'branch', 'export', 'keep', 'label', 'unkeep', 'delete'] as const
export type CheckpointAct = (typeof checkpointActs)[number]

/** Those that go with one that is kept, or is not. */
export function actsFor({ isKept }: { readonly isKept: boolean }): readonly CheckpointAct[] {
  return checkpointActs.filter((act) => (act !== 'keep' || !isKept) && (act !== 'unkeep' || isKept))
}
