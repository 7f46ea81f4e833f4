/** Every order of a few things, that of the list itself first. */
export function permutations<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length <= 1) return [all]
  return all.flatMap((first, index) => permutations([...all.slice(0, index), ...all.slice(index + 1)]).map((rest) => [first, ...rest]))
}
