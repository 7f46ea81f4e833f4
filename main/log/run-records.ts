import type { Database } from 'better-sqlite3'
import { decorrelationRecord } from '../contract/decorrelation-records.ts'
import { distillationRecord, runPredictions } from '../contract/distillation-records.ts'
import { LoupeError } from '../contract/errors.ts'
import { z } from '../contract/zod.ts'

/** Every kind of record, and how it reads. */
const kinds = { distillation: distillationRecord, decorrelation: decorrelationRecord, predictions: runPredictions } as const
export type RunRecordKind = keyof typeof kinds
export type RecordOfKind<K extends RunRecordKind> = z.output<(typeof kinds)[K]>

/** The statement that reads records; its plan is tested. */
export const runRecordQueries = { ofKind: 'SELECT step, record FROM run_records WHERE run = ? AND kind = ? ORDER BY step' } as const

export interface RunRecordReads {
  /** By step. @throws LoupeError `log-corrupt` for a record that does not read. */
  ofKind<K extends RunRecordKind>(run: number, kind: K): RecordOfKind<K>[]
}

export function runRecordReads(db: Database): RunRecordReads {
  const ofKind = db.prepare<[number, string], { step: number; record: string }>(runRecordQueries.ofKind)
  return {
    ofKind: (run, kind) =>
      ofKind.all(run, kind).map(({ step, record }) => {
        const read = kinds[kind].safeParse(JSON.parse(record))
        if (read.success) return read.data as RecordOfKind<typeof kind> // parsed by the kind's own schema
        throw new LoupeError('log-corrupt', `The ${kind} record of step ${step} does not read: ${z.prettifyError(read.error)}. It was written by another version, or the log is damaged.`, { kind, step })
      }),
  }
}

export interface RunRecordWrites {
  /** To be called inside a transaction. A step's earlier record of the kind is replaced. */
  insert<K extends RunRecordKind>(run: number, kind: K, record: RecordOfKind<K>): void
  dropAfter(run: number, step: number): void
}

export function runRecordWrites(db: Database): RunRecordWrites {
  const insert = db.prepare<[number, string, number, string]>('INSERT INTO run_records (run, kind, step, record) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record')
  const drop = db.prepare<[number, number]>('DELETE FROM run_records WHERE run = ? AND step > ?')
  return {
    insert(run, kind, record) {
      insert.run(run, kind, record.step, JSON.stringify(record))
    },
    dropAfter(run, step) {
      drop.run(run, step)
    },
  }
}
