import { geometricMean } from './statistics.ts'
import { stepSides } from './step-cells.ts'
import type { StepRow, StepSide } from './step-cells.ts'

const titles: Readonly<Record<StepSide, string>> = {
  ours: 'Loupe',
  torchEager: 'PyTorch eager',
  torchCompile: 'torch.compile',
  jax: 'JAX jit',
  tfjsNode: 'tfjs-node eager',
}

/** The measured times and the ratios to each peer, as Markdown. A ratio above 1 says that Loupe is that many times as fast. */
export function stepTables(rows: readonly StepRow[]): string {
  const sides = stepSides.filter((side) => rows.some((row) => row[side] !== null))
  const times = [
    `| model | batch | ${sides.map((side) => titles[side]).join(' | ')} |`,
    `|---|---:|${sides.map(() => '---:|').join('')}`,
    ...rows.map((row) => `| ${row.model} | ${row.batch} | ${sides.map((side) => milliseconds(row[side])).join(' | ')} |`),
  ]
  const peers = sides.filter((side) => side !== 'ours')
  if (peers.length === 0) return times.join('\n')
  const ratios = ['| peer | geometric mean | worst cell | best cell |', '|---|---:|---|---|', ...peers.map((peer) => ratioLine(rows, peer))]
  return `${times.join('\n')}\n\nPeer's time divided by Loupe's: above 1 Loupe is faster.\n\n${ratios.join('\n')}`
}

function ratioLine(rows: readonly StepRow[], peer: StepSide): string {
  const cells = rows
    .flatMap(({ model, batch, ours, [peer]: theirs }) => (ours === null || theirs === null ? [] : [{ cell: `${model}, batch ${batch}`, ratio: theirs / ours }]))
    .sort((a, b) => a.ratio - b.ratio)
  const [worst, best] = [cells[0], cells.at(-1)]
  if (worst === undefined || best === undefined) return `| ${titles[peer]} | | | |`
  const describe = ({ cell, ratio }: { cell: string; ratio: number }): string => `${ratio.toFixed(2)} (${cell})`
  return `| ${titles[peer]} | ${geometricMean(cells.map(({ ratio }) => ratio)).toFixed(2)} | ${describe(worst)} | ${describe(best)} |`
}

function milliseconds(value: number | null): string {
  return value === null ? '' : value.toPrecision(3)
}
