import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import type { Client } from '../contract/rpc.ts'
import type { RunRecord, StudyRecord } from '../contract/records.ts'
import { loupeVersion } from '../engine/environment.ts'
import type { LogReader } from '../log/log.ts'
import { environmentsOf, hoursInPeriod, runCounts, seedsOf } from '../report/reported-study.ts'
import type { ReportedStudy, WeeklyReport } from '../report/reported-study.ts'
import { nextStepOf, tellingOf } from '../report/telling.ts'
import { weeklyPage } from '../report/weekly-report.ts'
import { weeklyText } from '../report/weekly-text.ts'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { queryClient, withReader } from './reader.ts'

const DAY_MS = 86_400_000
const PAGE = 500

/** `loupe report`: what the studies of the last days found and what to do next, as a page or as text. */
export async function report({ output, workspace }: Invocation, { days, out }: { readonly days: number; readonly out?: string }): Promise<number> {
  const made = await withReader(workspace, (reader) => collect({ reader, workspace, days }))
  const file = out === undefined ? null : resolve(out)
  if (file !== null) await write(file, weeklyPage(made))
  output.result({ json: { report: reportJson(made, file) }, text: file ?? weeklyText(made) })
  return exitCodes.done
}

async function collect({ reader, workspace, days }: { readonly reader: LogReader; readonly workspace: string; readonly days: number }): Promise<WeeklyReport> {
  const to = Date.now()
  const from = to - days * DAY_MS
  const client = queryClient({ reader, workspace })
  const studies: ReportedStudy[] = []
  for (const study of allStudies(reader)) {
    const runs = reader.runsOf(study.id)
    const lastActiveAt = study.status === 'running' ? to : lastActivity(reader, study, runs)
    if (lastActiveAt >= from) studies.push({ study, runs, lastActiveAt, reading: await read(client, study.id) })
  }
  return { from, to, days, loupe: loupeVersion, workspace, studies }
}

/** Newest first. */
function allStudies(reader: LogReader): readonly StudyRecord[] {
  const found: StudyRecord[] = []
  for (;;) {
    const { studies, total } = reader.studies({ limit: PAGE, offset: found.length })
    found.push(...studies)
    if (studies.length === 0 || found.length >= total) return found
  }
}

function lastActivity(reader: LogReader, study: StudyRecord, runs: readonly RunRecord[]): number {
  const [newest] = reader.events({ limit: 1, offset: 0, studyId: study.id, runId: null })
  return Math.max(newest?.at ?? 0, ...[study, ...runs].flatMap(({ createdAt, startedAt, finishedAt }) => [createdAt, startedAt ?? 0, finishedAt ?? 0]))
}

/** One study whose data are gone must not take the others' report with it. */
async function read(client: Client, studyId: string): Promise<ReportedStudy['reading']> {
  try {
    return { report: await client.request('study.report', { studyId }) }
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'not-found') return { problem: error.message }
    throw error
  }
}

async function write(file: string, page: string): Promise<void> {
  await writeFile(file, page).catch((error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message
    throw new LoupeError(code === 'ENOSPC' ? 'disk-full' : 'invalid-input', `The report cannot be written to ${file} (${code}). Name a file in a folder that is there and that you may write to, with --out.`, { file, code })
  })
}

/** The report as the last line of `--json` gives it. Scripts read this: keys are not renamed. */
function reportJson(made: WeeklyReport, file: string | null): Readonly<Record<string, unknown>> {
  const studies = made.studies.map((reported) => {
    const { study, runs, reading } = reported
    return {
      id: study.id,
      name: study.name,
      method: study.config.method,
      status: study.status,
      configHash: study.configHash,
      lastActiveAt: reported.lastActiveAt,
      runs: runCounts(runs),
      seeds: seedsOf(runs),
      madeWith: environmentsOf(runs),
      ...(tellingOf(reported)?.facts ?? { criticalBatchSize: null, saving: null, gate: null, spent: null }),
      hoursInPeriod: hoursInPeriod(reported, made.from),
      nextStep: nextStepOf(reported),
      problem: 'problem' in reading ? reading.problem : null,
    }
  })
  return { from: made.from, to: made.to, days: made.days, loupe: made.loupe, file, studies }
}
