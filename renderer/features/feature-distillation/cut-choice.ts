/** Depths of the students with one more or one less, the shallowest first. */
export function withCut(depths: readonly number[], depth: number, isWanted: boolean): readonly number[] {
  const others = depths.filter((one) => one !== depth)
  return (isWanted ? [...others, depth] : others).toSorted((one, other) => one - other)
}

/** Which limits of the form a student breaks by its size alone; null is no limit. */
export function limitsBroken({ memoryBytes, macs }: { readonly memoryBytes: number; readonly macs: number }, { memoryMiB, megaMacs }: { readonly memoryMiB: number | null; readonly megaMacs: number | null }): { readonly memory: boolean; readonly macs: boolean } {
  return { memory: memoryMiB !== null && memoryBytes > memoryMiB * 2 ** 20, macs: megaMacs !== null && macs > megaMacs * 1e6 }
}
