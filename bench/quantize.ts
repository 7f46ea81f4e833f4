import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compressorConfig } from '../main/contract/exchange-config.ts'
import { z } from '../main/contract/zod.ts'
import { createCompressor } from '../main/methods/gradient-quantization/graph/create-compressor.ts'
import { reshape, sumOfRows } from '../main/methods/gradient-quantization/graph/dynamic-ops.ts'
import { partOf } from '../main/methods/gradient-quantization/graph/sparse-code.ts'
import { fixed } from '../main/tensorflow/dynamic-tensor.ts'
import { openTensorFlow } from '../main/tensorflow/open.ts'
import type { CompiledStep, InputSpec, Runtime } from '../main/tensorflow/runtime.ts'
import { layOut } from '../main/training/exchange/flat-layout.ts'
import { Random } from '../main/training/random.ts'
import type { Benchmark, BenchmarkOptions, BenchmarkResult } from './benchmark.ts'
import { timeExchangeSteps } from './exchange-steps.ts'
import { LineProcess } from './line-process.ts'
import { peerScript } from './peers.ts'
import { quantizeTables } from './quantize-table.ts'
import type { QuantizeCell } from './quantize-table.ts'
import { median } from './statistics.ts'
import { startWorkers } from './worker-processes.ts'

interface Effort {
  readonly sizes: readonly number[]
  readonly ratios: readonly number[]
  readonly rounds: number
  /** Of one way in one round. */
  readonly calls: number
  readonly steps: number
}

const efforts: Readonly<Record<BenchmarkOptions['effort'], Effort>> = {
  full: { sizes: [1_000_000, 10_000_000], ratios: [0.001, 0.01], rounds: 5, calls: 10, steps: 60 },
  quick: { sizes: [1_000_000], ratios: [0.001], rounds: 3, calls: 5, steps: 20 },
}
/** Share of the values that a sampled fit looks at. */
const SAMPLE = 0.1

interface Source {
  /** What the values are drawn from. */
  readonly name: string
  /** One value of scale 1. */
  draw(random: Random): number
  /** Ways beside top-k, by their names in the table. */
  readonly ways: readonly (readonly [string, Readonly<Record<string, unknown>>])[]
}

/** Each family over values of its own: the wrong one keeps ten times too many or none, which says nothing of its speed. */
const sources: readonly Source[] = [
  { name: 'normal', draw: (random) => random.normal(), ways: [['normal', { distribution: 'normal' }], [`normal, ${SAMPLE * 100} % sample`, { distribution: 'normal', fitSample: SAMPLE }]] },
  {
    name: 'Laplace',
    draw: (random) => (random.uniform() < 0.5 ? 1 : -1) * Math.log(1 - random.uniform()),
    ways: [
      ['Laplace', { distribution: 'laplace' }],
      [`Laplace, ${SAMPLE * 100} % sample`, { distribution: 'laplace', fitSample: SAMPLE }],
      ['auto (best of all)', { distribution: 'auto' }],
    ],
  },
  { name: 'Cauchy', draw: (random) => Math.tan(Math.PI * (random.uniform() - 0.5)), ways: [['Cauchy', { distribution: 'cauchy' }], [`Cauchy, ${SAMPLE * 100} % sample`, { distribution: 'cauchy', fitSample: SAMPLE }]] },
  {
    name: 'Student-t, ν = 3',
    draw: (random) => random.normal() / Math.sqrt((random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2) / 3),
    ways: [
      ['Student-t', { distribution: 'student-t' }],
      [`Student-t, ${SAMPLE * 100} % sample`, { distribution: 'student-t', fitSample: SAMPLE }],
    ],
  },
]

/** What it takes to find and encode the values that are sent, beside sorting; and steps of training with and without. */
export const quantizeBenchmark: Benchmark = {
  name: 'quantize',
  title: 'Fit, threshold and encode',
  async run(options): Promise<BenchmarkResult> {
    const { peers, threads, effort, report } = options
    const { sizes, ratios, steps, rounds } = efforts[effort]
    const runtime = await openTensorFlow()
    const torch = peers.versions['torch'] === undefined ? null : new LineProcess({ name: 'PyTorch', command: peers.python ?? '', arguments: ['-u', peerScript('topk_torch.py'), `${threads}`], environment: { OMP_NUM_THREADS: `${threads}` } })
    const cells: QuantizeCell[] = []
    const folder = await mkdtemp(join(tmpdir(), 'loupe-bench-'))
    try {
      for (const elements of sizes) {
        for (const source of sources) {
          const values = drawValues(source, elements)
          for (const ratio of ratios) cells.push(...(await timeCell({ ...options, runtime, torch, folder, source, values, ratio })))
        }
      }
    } finally {
      await torch?.close()
      await rm(folder, { recursive: true })
    }
    const workers = await startWorkers(2)
    try {
      const stepRows = await timeExchangeSteps({ runtime, threads, rounds: Math.min(3, rounds), steps, hosts: workers.hosts, gatherWorkers: workers.gather, report })
      return { rows: [...cells, ...stepRows], versions: { TensorFlow: runtime.version, ...(torch === null ? {} : { PyTorch: peers.versions['torch'] ?? '' }) }, markdown: quantizeTables({ cells, stepRows, rounds, threads, hasTorch: torch !== null }) }
    } finally {
      await workers.stop()
    }
  },
}

interface CellOptions extends BenchmarkOptions {
  readonly runtime: Runtime
  readonly torch: LineProcess | null
  readonly folder: string
  readonly source: Source
  readonly values: Float32Array
  readonly ratio: number
}

type Inputs = { readonly ratio: InputSpec; readonly seed: InputSpec }

/** All ways over the same values, in turns. */
async function timeCell({ runtime, torch, folder, threads, source, values, ratio, effort, report }: CellOptions): Promise<readonly QuantizeCell[]> {
  const { rounds, calls } = efforts[effort]
  const elements = values.length
  const layout = layOut({ tensors: [{ name: 'values', shape: [elements] }], unit: 'model', minTensor: 1 })
  const session = await runtime.openSession({ threads })
  try {
    await session.createVariables({ values: { shape: [layout.size], type: 'float32', values } })
    const fits = source.ways.map(([way, settings]) => [way, compressorConfig.parse({ kind: 'fitted', feedback: false, ratio, ...settings })] as const)
    const ways = [['top-k (TensorFlow)', compressorConfig.parse({ kind: 'top-k', ratio })] as const, ...fits].map(([way, config]) => {
      const step = session.compile({
        name: way,
        inputs: { ratio: { shape: [], type: 'float32' }, seed: { shape: [2], type: 'int32' } },
        trace(context) {
          const { message, readings } = createCompressor(config).compress({ layout, values: context.read('values') as never, ratio: context.inputs.ratio as never, seed: context.inputs.seed as never, state: {}, fits: true }) // of the declared shapes
          // The sum of the values that are sent needs all of the message, and nothing else.
          return { kept: readings.kept, bytes: message.bytes, checksum: fixed(sumOfRows(reshape(partOf(message.parts, 1), [1, -1])), []) }
        },
      })
      return { way, step, times: [] as number[], kept: 0 }
    })
    const file = join(folder, 'values.f32')
    if (torch !== null) await writeFile(file, values)
    await torch?.ask({ do: 'prepare', file, kept: Math.round(elements * ratio) }, z.object({ version: z.string() }))
    const torchTimes: number[] = []
    for (let round = -1; round < rounds; round++) {
      for (const way of ways) {
        const { ms, kept } = await timeWay(way.step, { calls: round < 0 ? 2 : calls, ratio })
        way.kept = kept
        if (round >= 0) way.times.push(ms)
      }
      const asked = torch === null ? null : await torch.ask({ do: 'time', steps: round < 0 ? 1 : Math.max(2, Math.round(calls / 3)) }, z.object({ ms: z.number(), loss: z.number() }))
      if (asked !== null && round >= 0) torchTimes.push(asked.ms)
    }
    const cells = ways.map(({ way, times, kept }) => ({ elements, source: source.name, ratio, way, ms: median(times), achieved: kept / (elements * ratio) }))
    if (torchTimes.length > 0) cells.push({ elements, source: source.name, ratio, way: 'top-k (PyTorch)', ms: median(torchTimes), achieved: 1 })
    for (const cell of cells) report(`${cell.elements} ${cell.source} values at ${cell.ratio}, ${cell.way}: ${cell.ms.toPrecision(3)} ms`)
    return cells
  } finally {
    await session.close()
  }
}

async function timeWay(step: CompiledStep<Inputs, 'kept' | 'bytes' | 'checksum'>, { calls, ratio }: { readonly calls: number; readonly ratio: number }): Promise<{ readonly ms: number; readonly kept: number }> {
  const times: number[] = []
  let kept = 0
  for (let call = 0; call < calls; call++) {
    const started = performance.now()
    const told = await step.run({ ratio, seed: Int32Array.of(1, call) })
    times.push(performance.now() - started)
    kept = told.kept[0] ?? 0
  }
  return { ms: median(times), kept }
}

/** Of scale 1e-3, as gradients often are. */
function drawValues({ name, draw }: Source, elements: number): Float32Array {
  const random = Random.seeded(0, name)
  return Float32Array.from({ length: elements }, () => 1e-3 * draw(random))
}
