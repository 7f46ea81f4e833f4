import { LoupeError } from '../contract/errors.ts'
import type { Status } from '../contract/records.ts'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import type { LogReader } from '../log/log.ts'
import type { Workbench } from '../engine/workbench.ts'
import { readConfigFile } from './config-file.ts'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { ProgressLine } from './progress-line.ts'
import { findById, queryClient } from './reader.ts'
import { listenForInterrupt } from './signals.ts'
import { lastValues, runJson, runText, studyJson, studyText } from './study-result.ts'

interface Started {
  readonly kind: 'study' | 'run'
  readonly id: string
}

/** `loupe run CONFIG`: trains in this process, to the end. */
export async function run(invocation: Invocation, { config }: { readonly config: string }): Promise<number> {
  const file = await readConfigFile(config)
  return await train(invocation, async (client) => {
    if (file.kind === 'study') return { kind: 'study', id: (await client.request('study.start', { config: file.config })).studyId }
    return { kind: 'run', id: (await client.request('run.start', { config: file.config })).runId }
  })
}

/** `loupe resume ID`: the same for a study or run that is in the log. */
export async function resume(invocation: Invocation, { id }: { readonly id: string }): Promise<number> {
  return await train(invocation, async (client, workbench) => {
    const { kind, record } = findById(workbench.writer, id)
    if (record.status === 'finished') invocation.output.note(`${id} is finished; nothing is left to do.`)
    else if (kind === 'study') await client.request('study.resume', { studyId: record.id })
    else await client.request('run.resume', { runId: record.id })
    return { kind, id: record.id } // as events name it: `run-42` is another spelling of `run-000042`
  })
}

/** `loupe branch RUN CONFIG`: a run with other settings from a checkpoint of another run, on the same examples in the same order. */
export async function branch(invocation: Invocation, { id, config, step }: { readonly id: string; readonly config: string; readonly step: number | null }): Promise<number> {
  const file = await readConfigFile(config)
  if (file.kind === 'study') {
    throw new LoupeError('invalid-input', `${config} is a study, and a branch is a single run. \`loupe template run\` prints the config of one.`, { config })
  }
  return await train(invocation, async (client, workbench) => {
    const found = findById(workbench.writer, id)
    if (found.kind === 'study') throw new LoupeError('invalid-input', `${id} is a study, and a branch begins at a checkpoint of one run. \`loupe show ${id} --json\` lists its runs.`, { id })
    return { kind: 'run', id: (await client.request('run.branch', { runId: found.record.id, step, config: file.config })).runId }
  })
}

async function train(invocation: Invocation, start: (client: Client, workbench: Workbench) => Promise<Started>): Promise<number> {
  const { output, workspace } = invocation
  const { openWorkbench } = await import('../engine/workbench.ts')
  const workbench = await openWorkbench({ workspace, owner: `loupe on the command line, process ${process.pid}`, queue: 'own' })
  const progress = new ProgressLine(output)
  workbench.onEvent(output.event)
  workbench.onEvent(progress.onEvent)
  const interruption = onInterrupt(() => {
    progress.note('Saving; what runs goes on later with `loupe resume`. Press Ctrl+C again to end at once.')
    return workbench.close()
  })
  try {
    const started = await Promise.race([start(createClient(workbench), workbench), interruption.interrupted])
    if (started === null) throw interruptedBefore()
    if (output.isJson === false) output.note(`${started.kind === 'study' ? 'Study' : 'Run'} ${started.id} in ${workspace}`)
    await Promise.race([ended(workbench, started), interruption.interrupted])
    if (interruption.isInterrupted()) {
      await interruption.interrupted
      throw new LoupeError('interrupted', `Interrupted and saved. \`loupe resume ${started.id}\` goes on from there.`, { id: started.id, kind: started.kind })
    }
    progress.clear()
    if (statusOf(workbench, started) === 'interrupted') {
      throw new LoupeError('interrupted', `Another process has taken the workspace over, and this one has stopped. \`loupe resume ${started.id}\` goes on from the last checkpoint once that one has ended.`, { id: started.id, kind: started.kind })
    }
    return await conclude(invocation, workbench, started)
  } finally {
    interruption.end()
    await workbench.close()
  }
}

/** Resolves when nothing of it runs any more. */
function ended(workbench: Workbench, started: Started): Promise<void> {
  const { id } = started
  const goesOn = (status: Status) => status === 'queued' || status === 'running'
  return new Promise((resolve) => {
    const check = () => {
      if (goesOn(statusOf(workbench, started))) return
      endEvents()
      resolve()
    }
    const endEvents = workbench.onEvent((event) => {
      const isOurs = (event.name === 'study.changed' && event.payload.studyId === id) || (event.name === 'run.changed' && event.payload.run.id === id)
      if (isOurs) check()
    })
    check()
  })
}

function statusOf({ writer }: Workbench, { kind, id }: Started): Status {
  return (kind === 'study' ? writer.study(id) : writer.run(id)).status
}

async function conclude({ output, workspace }: Invocation, workbench: Workbench, { kind, id }: Started): Promise<number> {
  const reader: LogReader = workbench.writer
  const queries = queryClient({ reader, workspace })
  if (kind === 'run') {
    const record = reader.run(id)
    const last = lastValues(reader.evaluations(id))
    output.result({ json: runJson(record, last), text: runText(record, last) })
    return record.status === 'failed' ? exitCodes.failed : exitCodes.done
  }
  const { study, runs } = await queries.request('study.get', { studyId: id })
  const report = await queries.request('study.report', { studyId: id })
  output.result({ json: studyJson({ study, runs, report }), text: studyText({ study, runs, report }) })
  if (study.status === 'paused') output.note(`The study is paused. \`loupe resume ${id}\` goes on.`)
  if (study.error !== null) output.note(`loupe: ${study.error.message}`)
  return study.status === 'failed' ? exitCodes.failed : exitCodes.done
}

interface Interruption {
  /** Resolves, with null, once everything is saved after a signal. */
  readonly interrupted: Promise<null>
  isInterrupted(): boolean
  end(): void
}

/** The first SIGINT or SIGTERM saves and ends; the second ends at once. */
function onInterrupt(save: () => Promise<void>): Interruption {
  let isInterrupted = false
  const saved = Promise.withResolvers<null>()
  const end = listenForInterrupt({
    onFirst() {
      isInterrupted = true
      save().then(() => saved.resolve(null), saved.reject)
    },
  })
  return { interrupted: saved.promise, isInterrupted: () => isInterrupted, end }
}

function interruptedBefore(): LoupeError {
  return new LoupeError('interrupted', 'Interrupted before anything was trained.')
}
