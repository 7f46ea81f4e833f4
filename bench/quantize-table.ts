import type { ExchangeStepRow } from './exchange-steps.ts'

export interface QuantizeCell {
  readonly elements: number
  /** What the values were drawn from. */
  readonly source: string
  readonly ratio: number
  readonly way: string
  readonly ms: number
  /** Sent over asked. */
  readonly achieved: number
}

export interface QuantizeTables {
  readonly cells: readonly QuantizeCell[]
  readonly stepRows: readonly ExchangeStepRow[]
  readonly rounds: number
  readonly threads: number
  readonly hasTorch: boolean
}

/** The tables of the benchmark, with what the aims say of them. */
export function quantizeTables({ cells, stepRows, rounds, threads, hasTorch }: QuantizeTables): string {
  const ratioTo = (cell: QuantizeCell, way: string): string => {
    const other = cells.find((one) => one.elements === cell.elements && one.source === cell.source && one.ratio === cell.ratio && one.way === way)
    return other === undefined || other === cell ? '' : (other.ms / cell.ms).toFixed(1)
  }
  const method =
    `Milliseconds to find and encode the values that a worker sends, of float32 values in one unit, in the compiled graph; each family over values drawn from it, each top-k over the same; ${threads} threads, median of ${rounds} rounds in which the ways took turns. ` +
    'Each fits its distribution to all values unless said, takes the threshold from the ratio, selects and encodes indices and values. Top-k takes magnitudes, the k greatest and the values behind them' +
    `${hasTorch ? ', PyTorch\'s as `torch.topk(values.abs(), k, sorted=False)`' : '; PyTorch was not here'}. The last columns are the time of each top-k divided by that of the way: above 1 the way is faster.`
  const rows = cells.map((cell) => `| ${cell.elements.toLocaleString('en')} | ${cell.source} | ${cell.ratio} | ${cell.way} | ${cell.ms.toPrecision(3)} | ${cell.achieved.toPrecision(3)} | ${ratioTo(cell, 'top-k (TensorFlow)')} | ${ratioTo(cell, 'top-k (PyTorch)')} |`)
  const table = ['| values | drawn from | ratio | way | ms | sent / asked | × TensorFlow | × PyTorch |', '|---:|---|---:|---|---:|---:|---:|---:|', ...rows].join('\n')
  const notes = hasTorch ? [aimsOf(cells)] : []
  const steps = [
    'A training step of a convolutional network with the parameters of a ResNet-20 (270,586) at batch 64, all on these cores: replicas and processes share them, so more workers are not faster here.',
    ['| exchange | workers | where | ms a step | bytes up a worker |', '|---|---:|---|---:|---:|', ...stepRows.map(({ way, workers, where, ms, bytesUp }) => `| ${way} | ${workers} | ${where} | ${ms.toPrecision(3)} | ${bytesUp === null ? '' : Math.round(bytesUp).toLocaleString('en')} |`)].join('\n'),
  ]
  return [method, table, ...notes, ...steps].join('\n\n')
}

/** Times faster than each top-k, at the largest size and smallest ratio. */
const AIMS = [
  { way: 'top-k (TensorFlow)', times: 4 },
  { way: 'top-k (PyTorch)', times: 12 },
] as const

/** Which ways reach the aims, and what keeps the others from them. */
function aimsOf(cells: readonly QuantizeCell[]): string {
  const elements = Math.max(...cells.map((cell) => cell.elements))
  const ratio = Math.min(...cells.map((cell) => cell.ratio))
  const there = cells.filter((cell) => cell.elements === elements && cell.ratio === ratio)
  const reached = (cell: QuantizeCell) => AIMS.filter(({ way, times }) => there.some((other) => other.way === way && other.source === cell.source && other.ms >= times * cell.ms)).length
  const fits = there.filter(({ way }) => AIMS.every((aim) => aim.way !== way))
  const named = (of: (cell: QuantizeCell) => boolean) => fits.filter(of).map(({ way }) => way).join('; ') || 'none'
  const [tensorflow, torch] = AIMS
  return [
    `The aims are ${tensorflow.times} times TensorFlow's top-k and ${torch.times} times PyTorch's, at ${elements.toLocaleString('en')} values and a ratio of ${ratio}. Both are reached by: ${named((cell) => reached(cell) === 2)}. One of them by: ${named((cell) => reached(cell) === 1)}. Neither by: ${named((cell) => reached(cell) === 0)}.`,
    "A normal of all values needs their sum and their squares' only. The other families need a histogram of all values, and that is half of their time: TensorFlow's DenseBincount looks at every value twice (first whether any is negative), after a pass that shifts their bits. A sampled fit does not count the values that are not finite here, which takes it about 1.5 ms more in a training step.",
  ].join(' ')
}
