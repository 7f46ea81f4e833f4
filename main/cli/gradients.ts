import { LoupeError } from '../contract/errors.ts'
import type { CompressorConfig } from '../contract/exchange-config.ts'
import type { CompressionReading, GradientRecord, GradientTarget, LoggedGradients } from '../contract/gradient-records.ts'
import type { RunRecord } from '../contract/records.ts'
import type { LogReader } from '../log/log.ts'
import type { Side } from '../methods/gradient-quantization/distributions/threshold.ts'
import { fitLogged } from '../methods/gradient-quantization/fit-logged.ts'
import type { LoggedFit, LoggedFits } from '../methods/gradient-quantization/fit-logged.ts'
import { exitCodes } from './exit-code.ts'
import { nearest } from '../contract/nearest.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { findById, withReader } from './reader.ts'

export interface GradientsOfRun {
  readonly id: string
  /** Null for the last one that was logged. */
  readonly step: number | null
  readonly worker: number
  /** Null for all. */
  readonly unit: string | null
  readonly target: GradientTarget
}

interface FittedUnit extends LoggedFits {
  readonly unit: string
  readonly elements: number
  /** Null for an error, of which nothing is asked. */
  readonly ratio: number | null
  readonly compression: CompressionReading
}

/** `loupe gradients RUN`: which distributions the logged gradients of a worker follow, and what the threshold of each would keep of them. */
export async function gradients({ output, workspace }: Invocation, wanted: GradientsOfRun): Promise<number> {
  return await withReader(workspace, async (reader) => {
    const run = runOf(reader, wanted.id)
    const logged = reader.gradientSteps(run.id)
    const step = stepOf(run, logged, wanted.step)
    const { worker, target } = wanted
    refuseUnknown(run, logged, wanted)
    const records = reader.gradientRecords({ runId: run.id, step, workers: [worker], units: wanted.unit === null ? null : [wanted.unit] })
    if (records.length === 0) throw new LoupeError('not-found', `Worker ${worker} of run ${run.id} logged nothing at step ${step}.`, { runId: run.id, step, worker })
    const units = records.map((record) => fitUnit(record, run, target))
    output.result({ json: { gradients: { run: run.id, step, worker, target, steps: logged.steps, units } }, text: textOf({ run, step, worker, target, units }) })
    return exitCodes.done
  })
}

function runOf(reader: LogReader, id: string): RunRecord {
  const found = findById(reader, id)
  if (found.kind === 'study') throw new LoupeError('invalid-input', `${id} is a study, and gradients are of one run. \`loupe show ${id} --json\` lists its runs.`, { id })
  return found.record
}

function stepOf(run: RunRecord, { steps }: LoggedGradients, wanted: number | null): number {
  const last = steps.at(-1)
  if (last === undefined) {
    const why = run.config.exchange === null ? 'it trains alone, without an exchange' : `its workers log them every ${run.config.exchange.logEvery} steps (exchange.logEvery)`
    throw new LoupeError('not-found', `Run ${run.id} has no logged gradients: ${why}.`, { runId: run.id })
  }
  if (wanted === null) return last
  if (steps.includes(wanted)) return wanted
  const closest = steps.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best))
  throw new LoupeError('not-found', `Run ${run.id} logged no gradients at step ${wanted}. The nearest of its ${steps.length} logged steps is ${closest}.`, { runId: run.id, step: wanted, closest })
}

function refuseUnknown(run: RunRecord, { workers, units }: LoggedGradients, { worker, unit }: GradientsOfRun): void {
  if (!workers.includes(worker)) throw new LoupeError('not-found', `Run ${run.id} has no worker ${worker}. It has ${workers.join(', ')}.`, { runId: run.id, worker })
  const names = units.map(({ name }) => name)
  if (unit === null || names.includes(unit)) return
  const guess = nearest(unit, names)
  throw new LoupeError('not-found', `Run ${run.id} has no unit "${unit}". ${guess === null ? `It has ${names.join(', ')}.` : `Did you mean "${guess}"?`}`, { runId: run.id, unit })
}

function fitUnit({ unit, elements, histograms, compression }: GradientRecord, { config }: RunRecord, target: GradientTarget): FittedUnit {
  const compressor = config.exchange?.compressor ?? null
  const ratio = target === 'error' ? null : ratioOf(compression, elements, compressor)
  const side: Side = compressor?.kind === 'fitted' ? compressor.side : 'both'
  return { unit, elements, ratio, compression, ...fitLogged(histograms[target], { ratio, side }) }
}

/** As it was asked for at that step, in a warm-up for instance; else as the config says. */
function ratioOf({ asked }: CompressionReading, elements: number, compressor: CompressorConfig | null): number | null {
  if (asked !== null && asked > 0 && asked < elements) return asked / elements
  return compressor !== null && 'ratio' in compressor && compressor.ratio < 1 ? compressor.ratio : null
}

const inWords = { gradient: 'gradient', values: 'compressed values', error: 'error' } as const satisfies Record<GradientTarget, string>

/** Of a run whose workers exchange weight deltas the first kind is those. */
function targetInWords(target: GradientTarget, { config }: RunRecord): string {
  return target === 'gradient' && config.exchange?.target === 'weight-delta' ? 'weight delta' : inWords[target]
}

function textOf({ run, step, worker, target, units }: { readonly run: RunRecord; readonly step: number; readonly worker: number; readonly target: GradientTarget; readonly units: readonly FittedUnit[] }): string {
  const rows = units.flatMap((unit) => (unit.fits.length === 0 ? [[unit.unit, String(unit.elements), share(unit.zeros / unit.count), 'none fits', '', '', '', '', '', '', '']] : unit.fits.map((fit, index) => row(unit, fit, index))))
  return [
    `Run ${run.id}, step ${step}, worker ${worker}: ${targetInWords(target, run)}`,
    '',
    table(['unit', 'values', 'zeros', 'distribution', 'location', 'scale', 'degrees', 'AIC above best', 'KS', 'threshold', 'of asked'], rows),
    '',
    table(['unit', 'best', 'sent by', 'sent', 'asked', 'status'], units.map(({ unit, best, compression }) => [unit, best ?? '–', compression.distribution ?? '–', String(compression.kept), compression.asked === null ? '–' : short(compression.asked), compression.status])),
  ].join('\n')
}

function row({ unit, elements, zeros, count, ratio, fits }: FittedUnit, { distribution, constants, aic, ks, threshold, achievedRatio }: LoggedFit, index: number): string[] {
  const least = Math.min(...fits.map((fit) => fit.aic))
  const first = index === 0 ? [unit, String(elements), share(zeros / count)] : ['', '', '']
  const { location, scale, degreesOfFreedom } = constants
  return [...first, distribution, short(location), short(scale), degreesOfFreedom === null ? '–' : degreesOfFreedom.toFixed(2), (aic - least).toFixed(1), ks.toFixed(4), threshold === null ? '–' : short(threshold), achievedRatio === null || ratio === null ? '–' : (achievedRatio / ratio).toFixed(2)]
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}

/** Four digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
