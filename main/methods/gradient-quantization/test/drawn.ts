import { Random } from '../../../training/random.ts'

/** What values may be drawn from, location 0 and scale 1. */
export type Source = 'normal' | 'laplace' | 'cauchy' | 'student-t-2' | 'student-t-3' | 'student-t-4' | 'student-t-10' | 'mixed'

/** Values of a source, as float32, the kind that gradients are. `mixed` is no family: a normal with a tenth of it five times wider. */
export function drawn(source: Source, { count, seed, location = 0, scale = 1 }: { readonly count: number; readonly seed: number; readonly location?: number; readonly scale?: number }): Float32Array {
  const random = Random.seeded(seed, source)
  const draw = drawer(source, random)
  return Float32Array.from({ length: count }, () => location + scale * draw())
}

function drawer(source: Source, random: Random): () => number {
  if (source === 'normal') return () => random.normal()
  if (source === 'laplace') return () => (random.uniform() < 0.5 ? 1 : -1) * Math.log(1 - random.uniform())
  if (source === 'cauchy') return () => Math.tan(Math.PI * (random.uniform() - 0.5))
  if (source === 'mixed') return () => (random.uniform() < 0.1 ? 5 : 1) * random.normal()
  const degrees = Number(source.replace('student-t-', ''))
  return () => {
    let squares = 0
    for (let i = 0; i < degrees; i++) squares += random.normal() ** 2
    return random.normal() / Math.sqrt(squares / degrees)
  }
}
