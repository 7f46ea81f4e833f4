import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { LoupeError } from '../main/contract/errors.ts'
import { benchmarks } from './benchmarks.ts'
import { writeSection } from './document.ts'
import { describeMachine } from './machine.ts'
import { findPeers, installPeers } from './peers.ts'

const usage = `npm run bench -- NAME [--json] [--quick] [--threads N] [--peers install]

${benchmarks.map(({ name, title }) => `  ${name.padEnd(11)} ${title}`).join('\n')}

  --json            one row a line on standard output; docs/benchmarks.md is left as it is
  --quick           fewer cells and rounds, to see that it runs; docs/benchmarks.md is left as it is
  --threads N       for PyTorch and for Loupe's step; as many as there are cores when left out, as JAX takes always
  --peers install   first make a Python environment with PyTorch and JAX in the cache folder: about 1 GB on disk, about 6 GB
                    on Linux, where PyTorch brings CUDA along

Without that, LOUPE_BENCH_PYTHON names the interpreter that has the peers. A peer that is not there leaves its column empty.`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, threads: { type: 'string' }, peers: { type: 'string' }, help: { type: 'boolean' } },
  })
  const benchmark = benchmarks.find(({ name }) => name === positionals[0])
  const threads = Number(values.threads ?? availableParallelism())
  if (benchmark === undefined || !Number.isInteger(threads) || threads < 1 || values.help === true || (values.peers !== undefined && values.peers !== 'install')) {
    console.error(usage)
    return values.help === true ? 0 : 2
  }
  const report = (line: string): void => void process.stderr.write(`${line}\n`)
  if (values.peers === 'install') await installPeers(report)
  const peers = await findPeers()
  for (const absent of peers.absent) report(absent)
  const effort = values.quick === true ? 'quick' : 'full'
  const result = await benchmark.run({ effort, peers, threads, report })
  if (values.json === true) {
    for (const row of result.rows) console.log(JSON.stringify(row))
    return 0
  }
  const flags = `${values.threads === undefined ? '' : ` --threads ${threads}`}${effort === 'quick' ? ' --quick' : ''}`
  const section = `${describeMachine({ command: `npm run bench -- ${benchmark.name}${flags}`, versions: result.versions })}\n\n${result.markdown}`
  console.log(section)
  if (effort === 'full') await writeSection({ name: benchmark.name, title: benchmark.title, body: section })
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof LoupeError ? error.message : error)
  return 1
})
