import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pruneRules } from '../contract/checkpoint-browser.ts'
import type { NearestValue, PruneRules } from '../contract/checkpoint-browser.ts'
import { status } from '../contract/records.ts'
import type { PrunableCheckpoint } from '../log/checkpoint-search.ts'
import { openLogWriter } from '../log/open.ts'
import type { LogWriter } from '../log/log.ts'
import { namedRun, namedStudy, temporaryWorkspace } from '../log/temporary-log.ts'
import { Random } from '../training/random.ts'
import { planPrune, staysByReason } from './plan-prune.ts'

const DAY_MS = 86_400_000
const now = 100 * DAY_MS

function checkpoint(step: number, change: Partial<PrunableCheckpoint> = {}): PrunableCheckpoint {
  return { id: `c${step}`, runId: 'run-1', step, bytes: 10, createdAt: 0, isKept: false, runStatus: 'finished', studyStatus: null, isNewest: step === 5, isStart: false, runName: 'r', runKey: '', label: '', ...change }
}
const five = [1, 2, 3, 4, 5].map((step) => checkpoint(step))

function plan(rules: Partial<PruneRules>, options: { readonly checkpoints?: readonly PrunableCheckpoint[]; readonly isForced?: boolean; readonly measured?: Readonly<Record<string, NearestValue>> } = {}) {
  const { checkpoints = five, isForced = false, measured = {} } = options
  const { goes, stays } = planPrune({ checkpoints, rules: { ...pruneRules.parse({}), ...rules }, isForced, now, measured: ({ id }) => measured[id] ?? null })
  return { goes: goes.map(({ step }) => step), stays: Object.fromEntries(stays.map(({ checkpoint: { step }, reason }) => [step, reason])) }
}

describe('the rules of pruning', () => {
  it('keep the newest of each run, also where fewer are there', () => {
    expect(plan({ keepLast: 2 })).toEqual({ goes: [1, 2, 3], stays: { 4: 'last', 5: 'last' } })
    expect(plan({ keepLast: 9 }).goes).toEqual([])
    expect(plan({ keepLast: 0 }).goes).toEqual([1, 2, 3, 4, 5])
    const other = [1, 2].map((step) => checkpoint(step, { id: `d${step}`, runId: 'run-2' }))
    expect(plan({ keepLast: 1 }, { checkpoints: [...five, ...other] }).goes).toEqual([1, 2, 3, 4, 1])
  })

  it('keep the best by a metric: of an accuracy the greatest, of a loss the least, of equal ones the newest', () => {
    const measured = { c1: { step: 1, value: 0.9 }, c2: { step: 2, value: 0.9 }, c3: { step: 3, value: 0.1 }, c4: { step: 4, value: null }, c5: null }
    expect(plan({ keepLast: 1, keepBest: { metric: 'validation/accuracy', count: 1 } }, { measured })).toMatchObject({ goes: [1, 3, 4], stays: { 2: 'best' } })
    expect(plan({ keepLast: 1, keepBest: { metric: 'validation/loss', count: 1 } }, { measured })).toMatchObject({ goes: [1, 2, 4], stays: { 3: 'best' } })
    expect(plan({ keepLast: 0, keepBest: { metric: 'validation/loss', count: 9 } }, { measured }).goes).toEqual([4, 5])
  })

  it('keep what is young, and what the user keeps unless told otherwise', () => {
    const aged = [checkpoint(1, { createdAt: now - 8 * DAY_MS }), checkpoint(2, { createdAt: now - 6 * DAY_MS }), checkpoint(3, { isKept: true })]
    expect(plan({ keepLast: 0, olderThanDays: 7 }, { checkpoints: aged })).toEqual({ goes: [1], stays: { 2: 'young', 3: 'kept' } })
    expect(plan({ keepLast: 0, keepKept: false }, { checkpoints: aged }).goes).toEqual([1, 2, 3])
  })

  it('never touch a run that trains, nor the newest of one that can be resumed unless forced', () => {
    const training = five.map((one) => ({ ...one, runStatus: 'running' as const }))
    expect(plan({ keepLast: 0, keepKept: false }, { checkpoints: training, isForced: true }).goes).toEqual([])
    const paused = five.map((one) => ({ ...one, runStatus: 'paused' as const }))
    expect(plan({ keepLast: 0 }, { checkpoints: paused })).toMatchObject({ goes: [1, 2, 3, 4], stays: { 5: 'resumable' } })
    expect(plan({ keepLast: 0 }, { checkpoints: paused, isForced: true }).goes).toEqual([1, 2, 3, 4, 5])
  })

  it('tell how many stay for each reason', () => {
    const { stays } = planPrune({ checkpoints: five, rules: { ...pruneRules.parse({}), keepLast: 2 }, isForced: false, now, measured: () => null })
    expect(staysByReason(stays)).toEqual([{ reason: 'last', checkpoints: 2, bytes: 20 }])
  })
})

/** A made-up workspace: studies and runs in every state, with checkpoints, some kept, some measured. */
function fill(log: LogWriter, random: Random): void {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)]!
  const studies = [null, ...[1, 2].map((index) => log.createStudy(namedStudy(`s${index}`)).id)]
  for (let index = 0; index < 12; index++) {
    const studyId = pick(studies)
    const { id } = log.createRun({ studyId, key: studyId === null ? '' : `k${index}`, config: namedRun(`r${index}`) })
    for (let step = 1; step <= Math.floor(random.uniform() * 6); step++) {
      const saved = log.saveCheckpoint(id, { step: step * 10, examples: step, bytes: new Uint8Array(20).fill(step + index), keep: 100 })
      if (random.uniform() < 0.2) log.keepCheckpoints([{ checkpointId: saved.id, isKept: true }])
      if (random.uniform() < 0.6) log.appendMetrics(id, [{ key: 'validation/accuracy', step: step * 10, examples: step, wallMs: 1, value: random.uniform() }])
    }
    log.updateRun(id, { status: pick(status.options) })
  }
  for (const id of studies) if (id !== null) log.updateStudy(id, { status: pick(status.options) })
}

/** What must hold after any pruning, said anew and apart from the code that prunes. */
function violations(before: readonly PrunableCheckpoint[], left: ReadonlySet<string>, { isForced, includesKept }: { readonly isForced: boolean; readonly includesKept: boolean }): string[] {
  const mayTrain = ({ runStatus, studyStatus }: PrunableCheckpoint) => ['running', 'queued'].includes(runStatus) || (['running', 'queued'].includes(studyStatus ?? '') && runStatus !== 'finished')
  const newest = new Map<string, number>()
  for (const { runId, step } of before) newest.set(runId, Math.max(step, newest.get(runId) ?? 0))
  return before.flatMap((one) => {
    if (left.has(one.id)) return []
    if (mayTrain(one)) return [`${one.id} of a run that may train`]
    if (!isForced && one.runStatus !== 'finished' && one.step === newest.get(one.runId)) return [`${one.id}, newest of a run that resumes`]
    return one.isKept && !includesKept ? [`${one.id}, kept`] : []
  })
}

describe('pruning made-up workspaces', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('deletes what was planned and nothing that must stay (seed %i)', (seed) => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const random = Random.seeded(seed, 'prune')
    fill(log, random)
    const flip = () => random.uniform() < 0.5
    const isForced = flip()
    const rules = pruneRules.parse({ keepLast: Math.floor(random.uniform() * 3), keepBest: flip() ? { metric: 'validation/accuracy', count: 1 } : null, keepKept: flip() })
    const before = log.prunableCheckpoints({ filter: '', now })
    const measured = ({ runId, step }: PrunableCheckpoint) => log.nearestEvaluation({ runId, step, metric: 'validation/accuracy' })
    const { goes, stays } = planPrune({ checkpoints: before, rules, isForced, now, measured })
    expect(goes.length + stays.length).toBe(before.length)
    // Half of the time it is told to delete everything, past all rules: what must stay stays all the same.
    const isPlanned = flip()
    const options = { isForced, includesKept: !rules.keepKept }
    const ids = (isPlanned ? goes : before).map(({ id }) => id)
    const { gone, left, filesLeft } = ids.length === 0 ? { gone: [], left: [], filesLeft: [] } : log.pruneCheckpoints(ids, options)
    expect(gone.length + left.length).toBe(ids.length)
    expect(filesLeft).toEqual([])

    const after = log.prunableCheckpoints({ filter: '', now })
    const remaining = new Set(after.map(({ id }) => id))
    expect(violations(before, remaining, options)).toEqual([])
    if (isPlanned) {
      expect(before.filter(({ id }) => !remaining.has(id)).map(({ id }) => id)).toEqual(goes.map(({ id }) => id))
      for (const [, ofRun] of Map.groupBy(before, ({ runId }) => runId)) {
        const newestFirst = ofRun.toSorted((a, b) => b.step - a.step)
        for (const { id } of newestFirst.slice(0, rules.keepLast)) expect(remaining).toContain(id)
        const best = Math.max(...ofRun.map((one) => measured(one)?.value ?? -1))
        if (rules.keepBest !== null && best >= 0) expect(ofRun.some((one) => remaining.has(one.id) && measured(one)?.value === best)).toBe(true)
      }
    }
    // The files are those of the log, each whole.
    const folder = join(workspace.folder, 'checkpoints')
    const files = existsSync(folder) ? readdirSync(folder).flatMap((run) => readdirSync(join(folder, run))) : []
    expect(files).toHaveLength(after.length)
    for (const { id } of after) expect(log.checkpointBytes(id)).toHaveLength(20)
    log.close()
  })
})
