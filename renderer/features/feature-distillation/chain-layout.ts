import type { TapPair } from '../../../main/contract/distillation-config.ts'
import type { DistilledStudent, NetworkCost } from '../../../main/methods/feature-distillation/report.ts'

/** A place where a chain may be cut: the student ends after it and the second extractor begins. */
export interface Cut {
  readonly depth: number
  /** Of the student with its head; null where nobody has looked. */
  readonly cost: NetworkCost | null
  /** Of the most accurate student of this depth; null before any has ended. */
  readonly best: { readonly id: string; readonly accuracy: number } | null
  readonly isWhole: boolean
}

/** The cuts that a study has students at, the whole stack last. */
export function cutsOf(students: readonly DistilledStudent[]): readonly Cut[] {
  const byDepth = Map.groupBy(students, ({ depth, way }) => `${way === 'whole' ? 'whole' : depth}`)
  return [...byDepth.values()]
    .flatMap((own): Cut[] => {
      const [first] = own
      if (first === undefined) return []
      const known = own.flatMap(({ id, accuracy }) => (accuracy === null ? [] : [{ id, accuracy: accuracy.mean }]))
      return [{ depth: first.depth, cost: own.find(({ cost }) => cost !== null)?.cost ?? null, best: known.toSorted((one, other) => other.accuracy - one.accuracy)[0] ?? null, isWhole: first.way === 'whole' }]
    })
    .toSorted((one, other) => Number(one.isWhole) - Number(other.isWhole) || one.depth - other.depth)
}

/** A pair of blocks of the chain whose features are compared, counted from its first block. */
export interface Tap {
  readonly front: number
  readonly rear: number
  readonly weight: number
}

/** The pairs of a chain that is cut after `depth` of its `whole` blocks. */
export function tapsAt(pairs: readonly TapPair[], depth: number, whole: number): readonly Tap[] {
  return pairs.flatMap(({ front, rear, weight }) => {
    const tap = { front: front ?? depth, rear: rear === null ? whole : depth + rear, weight }
    return tap.front <= depth && tap.rear <= whole && tap.rear > depth ? [tap] : []
  })
}

export interface ChainLayout {
  readonly width: number
  readonly height: number
  readonly stem: Box
  readonly blocks: readonly (Box & { readonly number: number; readonly isFront: boolean })[]
  readonly frontHead: Box
  readonly rearHead: Box
  /** Where the chain is cut; null for the whole stack alone. */
  readonly cutX: number | null
  readonly taps: readonly { readonly path: string; readonly labelX: number; readonly labelY: number; readonly tap: Tap }[]
}
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const size = { width: 1000, height: 190, margin: 4, stem: 74, head: 84, gap: 10, block: 44, top: 74, headTop: 142, headHeight: 30, widestBlock: 110 }

/** Where the parts of a chain are drawn: the stem, its blocks in a row, the heads below their last block, and an arc above for each pair. */
export function chainLayout({ whole, depth, taps }: { readonly whole: number; readonly depth: number; readonly taps: readonly Tap[] }): ChainLayout {
  const step = Math.min(size.widestBlock, (size.width - 2 * size.margin - size.stem - size.gap) / whole)
  const space = Math.min(size.gap, step * 0.25)
  const from = size.margin + size.stem + size.gap
  const leftOf = (block: number) => from + (block - 1) * step
  const middleOf = (block: number) => leftOf(block) + (step - space) / 2
  // A short chain is not stretched; the head of its last block may stand out.
  const width = Math.max(leftOf(whole) + step - space, middleOf(whole) + size.head / 2) + size.margin
  const head = (block: number): Box => ({ x: Math.min(width - size.margin - size.head, Math.max(size.margin, middleOf(block) - size.head / 2)), y: size.headTop, width: size.head, height: size.headHeight })
  return {
    width,
    height: size.height,
    stem: { x: size.margin, y: size.top, width: size.stem, height: size.block },
    blocks: Array.from({ length: whole }, (_, index) => ({ number: index + 1, isFront: index < depth, x: leftOf(index + 1), y: size.top, width: step - space, height: size.block })),
    frontHead: head(depth),
    rearHead: head(whole),
    cutX: depth < whole ? leftOf(depth + 1) - space / 2 : null,
    taps: taps.map((tap, index) => {
      const [x1, x2] = [middleOf(tap.front), middleOf(tap.rear)]
      const rise = Math.max(18, size.top - 30 - 14 * index)
      return { tap, path: `M${x2} ${size.top} C${x2} ${size.top - rise} ${x1} ${size.top - rise} ${x1} ${size.top - 3}`, labelX: (x1 + x2) / 2, labelY: size.top - 0.75 * rise - 12 }
    }),
  }
}
