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
  const ratios = ['| peer | geometric mean | worst cell | best cell |', '|---|---:|---|---|', ...peers.map((peer) => ratioLine(titles[peer], ratiosTo(rows, (row) => row[peer]))), ratioLine('best peer of each cell', ratiosTo(rows, (row) => bestPeer(row, peers)))]
  return `${times.join('\n')}\n\nPeer's time divided by Loupe's: above 1 Loupe is faster.\n\n${ratios.join('\n')}`
}

interface CellRatio {
  readonly cell: string
  readonly ratio: number
}

function ratiosTo(rows: readonly StepRow[], timeOf: (row: StepRow) => number | null): readonly CellRatio[] {
  return rows
    .flatMap((row) => {
      const theirs = timeOf(row)
      return row.ours === null || theirs === null ? [] : [{ cell: `${row.model}, batch ${row.batch}`, ratio: theirs / row.ours }]
    })
    .sort((a, b) => a.ratio - b.ratio)
}

function bestPeer(row: StepRow, peers: readonly StepSide[]): number | null {
  const times = peers.flatMap((peer) => row[peer] ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

function ratioLine(title: string, cells: readonly CellRatio[]): string {
  const [worst, best] = [cells[0], cells.at(-1)]
  if (worst === undefined || best === undefined) return `| ${title} | | | |`
  const describe = ({ cell, ratio }: CellRatio): string => `${ratio.toFixed(2)} (${cell})`
  return `| ${title} | ${geometricMean(cells.map(({ ratio }) => ratio)).toFixed(2)} | ${describe(worst)} | ${describe(best)} |`
}

function milliseconds(value: number | null): string {
  return value === null ? '' : value.toPrecision(3)
}
