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
  const steps = [
    'A training step of a convolutional network with the parameters of a ResNet-20 (270,586) at batch 64, all on these cores: replicas and processes share them, so more workers are not faster here.',
    ['| exchange | workers | where | ms a step | bytes up a worker |', '|---|---:|---|---:|---:|', ...stepRows.map(({ way, workers, where, ms, bytesUp }) => `| ${way} | ${workers} | ${where} | ${ms.toPrecision(3)} | ${bytesUp === null ? '' : Math.round(bytesUp).toLocaleString('en')} |`)].join('\n'),
  ]
  return [method, table, ...steps].join('\n\n')
}
