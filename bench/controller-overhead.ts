import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConfig } from '../main/contract/run-config.ts'
import type { RunConfigInput } from '../main/contract/run-config.ts'
import { openLogWriter } from '../main/log/open.ts'
import type { LogWriter } from '../main/log/log.ts'
import type { Runtime } from '../main/tensorflow/runtime.ts'
import type { Trainer } from '../main/training/trainer.ts'
import { configOf, neverChanges, open, policyOf } from './controller-cells.ts'
import type { Cell } from './controller-cells.ts'
import type { Overhead, OverheadRow } from './controller-table.ts'
import { TurnGate } from './turns.ts'
import type { Turn } from './turns.ts'

interface Seat {
  readonly trainer: Trainer
  readonly gate: TurnGate
  readonly log: LogWriter
}

export interface OverheadOptions {
  readonly cell: Cell
  readonly runtime: Runtime
  readonly threads: number
  readonly rounds: number
}

/**
 * Lets three runs of one process take turns: with a fixed batch, controlled, and with the gradient norm watched as well.
 *
 * Each has a trainer and a log of its own. A session keeps its luck, such as where its memory lies, so the runs are made anew twice and
 * change seats: each side has sat on each trainer once, and a mean over the three sittings owes nothing to the seats.
 */
export async function measureOverhead({ cell, runtime, threads, rounds }: OverheadOptions): Promise<OverheadRow> {
  const sides = [null, neverChanges, { ...neverChanges, gradientNormBelow: 0 }]
  const folder = await mkdtemp(join(tmpdir(), 'loupe-bench-'))
  const seats: Seat[] = []
  try {
    for (const name of sides.keys()) {
      const log = openLogWriter({ workspace: join(folder, `${name}`), owner: 'bench' })
      const gate = new TurnGate(() => log.publish())
      seats.push({ log, gate, trainer: await open({ cell, runtime: gate.runtime(runtime), threads }) })
    }
    const sittings: Overhead[][] = []
    for (const sitting of sides.keys()) {
      const taken = sides.map((policy, side) => ({ policy, seat: seats[(side + sitting) % seats.length]! }))
      sittings.push(await sit({ cell, rounds, taken }))
    }
    return { measure: 'overhead', title: cell.title, batch: cell.batch, sittings }
  } finally {
    for (const { trainer, log } of seats) {
      await trainer.close()
      log.close()
    }
    await rm(folder, { recursive: true })
  }
}

interface Sitting {
  readonly cell: Cell
  readonly rounds: number
  readonly taken: readonly { readonly policy: NonNullable<RunConfigInput['batchPolicy']> | null; readonly seat: Seat }[]
}

async function sit({ cell, rounds, taken }: Sitting): Promise<Overhead[]> {
  const stop = new AbortController()
  const length = 3 * (rounds + WARM_ROUNDS) * cell.steps // turns end with a whole call: more steps than asked for
  const runs = taken.map(({ policy, seat }) => train({ seat, config: configOf(cell, length, policy), signal: stop.signal }))
  const failed = Promise.race(runs).then(() => {
    throw new Error('A run ended before its last turn.')
  })
  failed.catch(() => undefined) // it ends so, when all is done
  const [fixed, controlled, watching] = taken.map(({ seat }) => () => Promise.race([seat.gate.turn(cell.steps), failed]))
  const measured: Overhead[] = []
  try {
    for (let round = -WARM_ROUNDS; round < rounds; round++) {
      const [first, second, third, fourth, fifth, sixth] = [await fixed!(), await controlled!(), await watching!(), await watching!(), await controlled!(), await fixed!()] // three sides
      if (round >= 0) measured.push({ fixedMs: step('ms', first, sixth), controlledMs: step('ms', second, fifth), gradientMs: step('ms', third, fourth), extraCpuMs: step('cpuMs', second, fifth) - step('cpuMs', first, sixth) })
    }
    return measured
  } finally {
    stop.abort()
    for (const { seat } of taken) seat.gate.open()
    await Promise.allSettled(runs) // what failed has been thrown by its turn
  }
}

/** Until JavaScript is compiled, and the policy's window is full. */
const WARM_ROUNDS = 2

function step(what: 'ms' | 'cpuMs', one: Turn, other: Turn): number {
  return (one[what] + other[what]) / (one.steps + other.steps)
}

async function train({ seat: { trainer, gate, log }, config, signal }: { readonly seat: Seat; readonly config: RunConfigInput; readonly signal: AbortSignal }): Promise<void> {
  const parsed = runConfig.parse(config)
  const createPolicy = policyOf(parsed)
  const { id } = log.createRun({ studyId: null, key: '', config: parsed })
  await trainer.train({
    config: parsed,
    ...(createPolicy === undefined ? {} : { createPolicy }),
    observer: {
      onMetrics(rows) {
        log.appendMetrics(id, rows)
        if (rows.some(({ key }) => key === 'train/loss')) gate.hold() // training begins
      },
      onSteps: (block) => log.appendBlock(id, block),
      onProgress: () => undefined,
      onCheckpoint: async () => undefined,
      onWarning: () => undefined,
      onEvent: ({ kind, level, message, facts }) => void log.appendEvent({ studyId: null, runId: id, kind, level, message, facts }),
    },
    signal,
  })
}
