import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LoupeError } from '../main/contract/errors.ts'
import { z } from '../main/contract/zod.ts'
import { openLogReader } from '../main/log/open.ts'
import { criticalBatchSizeConfig } from '../main/methods/critical-batch-size/config.ts'
import type { CriticalBatchSizeConfig } from '../main/methods/critical-batch-size/config.ts'
import { pinnedVersion } from '../main/tensorflow/library.ts'
import { readDatasetCard } from '../main/training/datasets/bundled.ts'
import type { DatasetCard } from '../main/training/datasets/bundled.ts'
import { splitExamples } from '../main/training/datasets/split.ts'
import type { Benchmark, BenchmarkOptions, BenchmarkResult } from './benchmark.ts'
import { peerScript } from './peers.ts'
import { describeSweeps } from './sweep-table.ts'
import type { SweepRow } from './sweep-table.ts'

const efforts: Readonly<Record<BenchmarkOptions['effort'], { readonly rounds: number; readonly config: CriticalBatchSizeConfig }>> = {
  full: { rounds: 3, config: criticalBatchSizeConfig.parse({ method: 'critical-batch-size' }) },
  quick: {
    rounds: 1,
    config: criticalBatchSizeConfig.parse({
      method: 'critical-batch-size',
      run: { dataset: { trainExamples: 4000, validationExamples: 1000 } },
      sweep: { batchSizes: [32, 64, 128, 256], minSeeds: 1, maxSeeds: 1, target: { value: 0.6 } },
    }),
  },
}

const sweepRun = z.object({ batchSize: z.int(), seed: z.int(), steps: z.number().nullable(), examples: z.number(), censored: z.boolean().nullable() })
const loupeResult = z.object({ study: z.object({ id: z.string(), runs: z.array(sweepRun) }) })
const torchResult = z.object({ version: z.string(), evaluations: z.int(), runs: z.array(sweepRun) })

/**
 * The default critical-batch-size sweep by the command line, and the same sweep written plainly in PyTorch: whole processes.
 *
 * Loupe's default leaves out evaluations far from the target, PyTorch's script makes each; so Loupe also runs with each made, which
 * tells the engine's share from the schedule's and holds K to be the same.
 */
export const sweepBenchmark: Benchmark = {
  name: 'sweep',
  title: 'A whole critical-batch-size sweep',
  async run(options): Promise<BenchmarkResult> {
    const { rounds, config } = efforts[options.effort]
    const versions: Record<string, string> = { TensorFlow: pinnedVersion }
    const rows: SweepRow[] = []
    for (let round = 1; round <= rounds; round++) {
      for (const [side, swept] of [['ours', config], ['ours-always', withEachEvaluation(config)]] as const) {
        rows.push({ round, side, ...(await sweepWithLoupe(swept)) })
        options.report(lineOf(rows.at(-1)!))
      }
      if (options.peers.python === null || options.peers.versions['torch'] === undefined) continue
      const { version, ...measured } = await sweepWithTorch({ config, python: options.peers.python, threads: options.threads })
      versions['PyTorch'] = version
      rows.push({ round, side: 'torch', ...measured })
      options.report(lineOf(rows.at(-1)!))
    }
    return { rows, versions, markdown: describeSweeps(rows, { config, threads: options.threads, notes: options.peers.absent }) }
  },
}

type Measured = Omit<SweepRow, 'round' | 'side'>

function withEachEvaluation(config: CriticalBatchSizeConfig): CriticalBatchSizeConfig {
  return { ...config, run: { ...config.run, evaluation: { ...config.run.evaluation, when: 'always' } } }
}

async function sweepWithLoupe(config: CriticalBatchSizeConfig): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'loupe-bench-'))
  try {
    const [file, workspace] = [join(folder, 'sweep.json'), join(folder, 'workspace')]
    await writeFile(file, JSON.stringify(config))
    const cli = fileURLToPath(new URL('../main/cli/loupe.ts', import.meta.url))
    const { lastLine, seconds } = await timeProcess(process.execPath, [cli, '--json', '--workspace', workspace, 'run', file], { CUDA_VISIBLE_DEVICES: '' })
    const { id, runs } = loupeResult.parse(JSON.parse(lastLine)).study
    return { seconds, evaluations: await countEvaluations(workspace, id), runs: trained(runs) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function sweepWithTorch({ config, python, threads }: { config: CriticalBatchSizeConfig; python: string; threads: number }): Promise<Measured & { version: string }> {
  const data = fileURLToPath(new URL(`../resources/datasets/${config.run.dataset.name}`, import.meta.url))
  // The very examples that Loupe trains and validates on: a sample of ten thousand has a curve of its own.
  const split = splitExamples((await cardOf(config)).trainExamples, config.run.dataset)
  const request = JSON.stringify({ config, train: [...split.train], validation: [...split.validation] })
  const { lastLine, seconds } = await timeProcess(python, [peerScript('sweep_torch.py'), data, `${threads}`], { OMP_NUM_THREADS: `${threads}`, CUDA_VISIBLE_DEVICES: '' }, request)
  const { version, evaluations, runs } = torchResult.parse(JSON.parse(lastLine))
  return { version, seconds, evaluations, runs: trained(runs) }
}

function cardOf({ run }: CriticalBatchSizeConfig): Promise<DatasetCard> {
  const { name } = run.dataset
  if (name === 'file') throw new LoupeError('unsupported', 'The sweep benchmark takes a bundled data set.', { name })
  return readDatasetCard(name)
}

/** A run that was planned and taken back before its first step is none. */
function trained(runs: readonly z.output<typeof sweepRun>[]): SweepRow['runs'] {
  return runs.filter(({ examples }) => examples > 0)
}

async function countEvaluations(workspace: string, studyId: string): Promise<number> {
  const reader = await openLogReader({ workspace })
  try {
    return reader.runsOf(studyId).reduce((sum, { id }) => sum + reader.evaluations(id).filter(({ values }) => values['train/loss'] !== undefined).length, 0)
  } finally {
    reader.close()
  }
}

/** Runs a process to its end: wall time from its start, and the last line that it printed. */
async function timeProcess(command: string, args: readonly string[], environment: Readonly<Record<string, string>>, input = ''): Promise<{ lastLine: string; seconds: number }> {
  const start = performance.now()
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
  let [stdout, stderr] = ['', '']
  // Only ends are kept: a sweep prints an event for every few steps.
  child.stdout.on('data', (data: Buffer) => (stdout = (stdout + data.toString()).slice(-1_000_000)))
  child.stderr.on('data', (data: Buffer) => (stderr = (stderr + data.toString()).slice(-4000)))
  child.stdin.on('error', () => undefined) // a process that failed early is told by its exit code
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject))
  if (code !== 0) throw new LoupeError('internal', `${command} ${args[0] ?? ''} ended with ${code}. ${stderr.trim()}`, { code })
  return { lastLine: stdout.trim().split('\n').at(-1) ?? '', seconds: (performance.now() - start) / 1000 }
}

function lineOf({ round, side, seconds, runs, evaluations }: SweepRow): string {
  return `round ${round}, ${side}: ${seconds.toFixed(1)} s, ${runs.length} runs, ${evaluations} evaluations`
}
