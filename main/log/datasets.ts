import type { Database } from 'better-sqlite3'
import { datasetConfig } from '../contract/dataset-config.ts'
import type { DatasetConfig } from '../contract/dataset-config.ts'
import type { KnownDataset } from '../contract/dataset-inspection.ts'
import { LoupeError } from '../contract/errors.ts'
import { canonicalJson } from './canonical-json.ts'

/** The user's own data sets that runs train on, one row for each way in which their configs write it. */
export const usedDatasets = `
  SELECT json_extract(c.json, '$.dataset') AS config, count(*) AS runs, max(r.created_at) AS last
  FROM runs AS r CROSS JOIN configs AS c ON c.id = r.config
  WHERE r.trashed_at IS NULL AND json_extract(c.json, '$.dataset.name') = 'file'
  GROUP BY 1`

interface Found {
  readonly config: DatasetConfig
  readonly at: number
  readonly runs: number
  readonly isKept: boolean
}

/** What of a config says which data it reads; the rest says how they are split. */
export function readingKey(config: DatasetConfig): string {
  return canonicalJson({ ...config, trainExamples: undefined, validationExamples: undefined, splitSeed: undefined })
}

/** Data sets that are kept or that runs outside the trash train on, those used or kept last first. A config that this version cannot read is left out. */
export function datasetReads(db: Database): () => KnownDataset[] {
  const kept = db.prepare<[], { config: string; last: number }>('SELECT config, kept_at AS last FROM kept_datasets')
  const used = db.prepare<[], { config: string; runs: number; last: number }>(usedDatasets)
  return () => {
    const found = [...kept.all().map((row) => ({ ...row, runs: 0, isKept: true })), ...used.all().map((row) => ({ ...row, isKept: false }))].flatMap(({ config, last, runs, isKept }): Found[] => {
      const read = datasetConfig.safeParse(JSON.parse(config))
      return read.success ? [{ config: read.data, at: last, runs, isKept }] : []
    })
    const byReading = Map.groupBy(found, ({ config }) => readingKey(config))
    return [...byReading.values()]
      .map((same) => same.toSorted((a, b) => Number(b.isKept) - Number(a.isKept) || b.at - a.at))
      .sort((a, b) => newest(b) - newest(a))
      .map((same) => {
        const runs = same.filter(({ isKept }) => !isKept)
        const { config } = same[0]!
        return { config, title: (config.path ?? '').split(/[\\/]/).findLast((part) => part !== '') ?? '', isKept: same.some(({ isKept }) => isKept), runs: runs.reduce((sum, one) => sum + one.runs, 0), lastUsedAt: runs.length === 0 ? null : newest(runs) }
      })
  }
}

function newest(found: readonly Found[]): number {
  return Math.max(...found.map(({ at }) => at))
}

export interface DatasetWrites {
  /** Takes the place of one that is read alike. */
  keep(config: DatasetConfig, at: number): void
  /** @throws LoupeError `not-found` */
  forget(config: DatasetConfig): void
}

export function datasetWrites(db: Database): DatasetWrites {
  const keep = db.prepare<[string, string, number]>('INSERT INTO kept_datasets (reading, config, kept_at) VALUES (?, ?, ?) ON CONFLICT (reading) DO UPDATE SET config = excluded.config, kept_at = excluded.kept_at')
  const remove = db.prepare<[string]>('DELETE FROM kept_datasets WHERE reading = ?')
  return {
    keep(config, at) {
      keep.run(readingKey(config), canonicalJson(config), at)
    },
    forget(config) {
      if (remove.run(readingKey(config)).changes === 0) throw new LoupeError('not-found', `The data set ${config.path ?? config.name} is not kept in this workspace.`, { path: config.path })
    },
  }
}
