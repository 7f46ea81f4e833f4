import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { annotationQueries } from './annotations.ts'
import { checkpointQueries, checkpointSearchSql } from './checkpoint-search.ts'
import { comparedQueries } from './compared-runs.ts'
import { eventQueries } from './events.ts'
import { gradientQueries } from './gradients.ts'
import { blockQueries } from './metric-blocks.ts'
import { importedQueries } from './imported-runs.ts'
import { metricQueries } from './metrics.ts'
import { extremeQueries } from './metric-extremes.ts'
import { migrate } from './migrations/migrate.ts'
import { queueQueries } from './queue.ts'
import { searchSql } from './run-search.ts'
import { runRecordQueries } from './run-records.ts'
import { reportQueriesSql } from './reports.ts'
import { runValueQueries, valuesSql } from './run-values.ts'
import { runQueries } from './runs.ts'
import { seriesQueries } from './series.ts'
import { deletionsOf, trashQueries } from './trash.ts'

function plan(sql: string, pragma = ''): string[] {
  const db = new Database(':memory:')
  migrate(db)
  db.exec(pragma)
  const parameters = Array.from({ length: sql.split('?').length - 1 }, () => 1)
  const steps = db.prepare<number[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
  db.close()
  return steps.map(({ detail }) => detail)
}

describe('reports', () => {
  it('find their pins by an index', () => {
    expect(plan(reportQueriesSql.pins)).toEqual(['SEARCH pins USING COVERING INDEX pins_by_report (report=?)'])
  })
})

describe('what charts poll', () => {
  it.each([
    ['values', seriesQueries.values, ['SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step>? AND step<?)']],
    ['first', seriesQueries.first, ['SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step>?)']],
    ['last', seriesQueries.last, ['SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step<?)']],
    ['total', seriesQueries.total, ['SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step>? AND step<?)']],
    [
      'buckets',
      seriesQueries.buckets,
      [
        'MATERIALIZE bucket',
        'SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step>? AND step<?)',
        'USE TEMP B-TREE FOR GROUP BY',
        'SCAN bucket',
        'SEARCH m USING PRIMARY KEY (run=? AND key=? AND step=?)',
        'USE TEMP B-TREE FOR ORDER BY',
      ],
    ],
  ])('reads one range of the table for the %s of a curve', (_name, sql, expected) => {
    expect(plan(sql)).toEqual(expected)
  })

  it('finds the evaluations of a run without reading its steps', () => {
    expect(plan(metricQueries.evaluations)).toContain('SEARCH m USING PRIMARY KEY (run=? AND key=?)')
  })

  it('finds what a comparison asks of its runs without reading their steps', () => {
    expect(plan(comparedQueries.place)).toEqual(['SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)'])
    expect(plan(comparedQueries.metrics).filter((step) => /metrics|metric_blocks/.test(step))).toEqual(['SEARCH metrics USING PRIMARY KEY (run=? AND key=?)', 'SEARCH metric_blocks USING PRIMARY KEY (run=? AND key=?)'])
    expect(plan(comparedQueries.trainExamples).filter((step) => /^SCAN (e|r|c)/.test(step))).toEqual([])
    expect(plan(comparedQueries.alike).filter((step) => /^SCAN (r|c)/.test(step))).toEqual([])
  })

  it('sums a metric over one range', () => {
    expect(plan(metricQueries.total)).toEqual(['SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step<?)'])
  })

  it('reads the blocks of a range alone, in their order, and finds the last step before one without reading any', () => {
    expect(plan(blockQueries.from)).toEqual(['SEARCH metric_blocks USING PRIMARY KEY (run=? AND key=? AND last_step>?)'])
    expect(plan(blockQueries.lastStep)).toEqual(['SEARCH metric_blocks USING PRIMARY KEY (run=? AND key=? AND last_step<?)'])
  })

  it('reads the logged values of a metric in the order of the table', () => {
    expect(plan(metricQueries.logged)[0]).toBe('SEARCH metrics USING PRIMARY KEY (run=? AND key=?)')
    expect(plan(metricQueries.logged).join()).not.toContain('TEMP B-TREE')
  })

  it('finds the last value of a metric without reading the others', () => {
    expect(plan(metricQueries.last)[0]).toBe('SEARCH metrics USING PRIMARY KEY (run=? AND key=?)')
    expect(plan(metricQueries.last).join()).not.toContain('TEMP B-TREE')
  })

  it('finds the keys of a run by one look-up each', () => {
    expect(plan(metricQueries.keys).join()).toMatch(/SEARCH metrics (EXISTS )?USING PRIMARY KEY \(run=\? AND key=\?\)/)
    expect(plan(metricQueries.keys).join()).toMatch(/SEARCH metric_blocks (EXISTS )?USING (COVERING INDEX \w+|PRIMARY KEY) \(run=\? AND key=\?\)/)
  })

  it('finds the records of a run by its index', () => {
    expect(plan(runRecordQueries.ofKind)).toEqual(['SEARCH run_records USING INDEX sqlite_autoindex_run_records_1 (run=? AND kind=?)'])
  })

  it('finds the steps of a run’s gradients in the index alone, and reads the histograms of one step by it', () => {
    expect(plan(gradientQueries.steps)).toEqual(['SEARCH gradients USING COVERING INDEX sqlite_autoindex_gradients_1 (run=?)'])
    expect(plan(gradientQueries.workers)[0]).toBe('SEARCH gradients USING COVERING INDEX sqlite_autoindex_gradients_1 (run=?)')
    expect(plan(gradientQueries.ofStep)).toEqual(['SEARCH g USING INDEX sqlite_autoindex_gradients_1 (run=? AND step=?)', 'SEARCH u USING INTEGER PRIMARY KEY (rowid=?)'])
    expect(plan(gradientQueries.course)[0]).toBe('SEARCH g USING INDEX sqlite_autoindex_gradients_1 (run=?)')
    expect(plan(gradientQueries.units)[0]).toBe('SEARCH gradient_units USING INDEX sqlite_autoindex_gradient_units_1 (run=?)')
  })

  it('finds what was evaluated nearest to a checkpoint by one look-up before it and one after', () => {
    expect(plan(checkpointQueries.before)[0]).toBe('SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step<?)')
    expect(plan(checkpointQueries.after)[0]).toBe('SEARCH metrics USING PRIMARY KEY (run=? AND key=? AND step>?)')
    for (const sql of [checkpointQueries.before, checkpointQueries.after]) expect(plan(sql).join()).not.toContain('TEMP B-TREE')
  })

  it('reads a page of checkpoints by their ids, and the newest of a run in its index', () => {
    expect(plan(checkpointQueries.rows)).toEqual(expect.arrayContaining(['SEARCH k USING INTEGER PRIMARY KEY (rowid=?)', 'SEARCH r USING INTEGER PRIMARY KEY (rowid=?)', 'SEARCH checkpoints USING COVERING INDEX sqlite_autoindex_checkpoints_1 (run=?)']))
    expect(plan(checkpointQueries.starts).join()).toContain('SEARCH r USING INDEX runs_by_status (status=?)')
    const { text } = checkpointSearchSql({ filter: '', isKept: null, sort: { field: 'accuracy', isDescending: true } })
    expect(plan(text).filter((step) => step.includes('SEARCH metrics'))).toHaveLength(2)
  })

  it('lists runs and events along an index, newest first, without sorting', () => {
    for (const sql of [...Object.values(runQueries), ...Object.values(eventQueries)]) expect(plan(sql).join('\n')).not.toContain('TEMP B-TREE')
    expect(plan(runQueries.newestOf)).toEqual(['SEARCH runs USING INDEX runs_by_study (study=?)'])
    expect(plan(runQueries.ofStudy)).toEqual(['SEARCH runs USING INDEX runs_by_study (study=?)'])
    expect(plan(eventQueries.ofRun)).toEqual(['SEARCH events USING INDEX events_by_run (run=?)'])
    expect(plan(eventQueries.ofKind)).toEqual(['SEARCH events USING INDEX events_by_study (study=?)'])
    expect(plan(eventQueries.ofStudy)).toEqual(['SEARCH events USING INDEX events_by_study (study=?)'])
  })

  it('searches runs by one pass, with look-ups by key for configuration, study and metrics', () => {
    const { text } = searchSql({ filter: 'accuracy > 0.9 and optimizer.learningRate < 0.1', sort: [], groupBy: null })
    const steps = plan(text)
    expect(steps).toEqual(expect.arrayContaining(['SCAN r', 'SEARCH c USING INTEGER PRIMARY KEY (rowid=?)', 'SEARCH s USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN', 'SEARCH metric_extremes USING PRIMARY KEY (run=? AND key=?)']))
    expect(steps.join()).not.toContain('TEMP B-TREE')
  })

  it('reads values of chosen runs by look-ups alone', () => {
    const steps = plan(valuesSql([{ text: '(SELECT last FROM metric_extremes WHERE run = r.id AND key = 1)', bound: [] }], [1]).text)
    expect(steps).toEqual(expect.arrayContaining(['SEARCH r USING INTEGER PRIMARY KEY (rowid=?)', 'SEARCH metric_extremes USING PRIMARY KEY (run=? AND key=?)']))
    expect(plan(runValueQueries.extremes)).toContain('SEARCH e USING PRIMARY KEY (run=?)')
  })

  it('reads the extremes of a metric anew by one range of the table', () => {
    expect(plan(extremeQueries.anew)).toEqual(expect.arrayContaining(['SEARCH metrics USING PRIMARY KEY (run=? AND key=?)', 'SEARCH m USING PRIMARY KEY (run=? AND key=? AND step=?)']))
  })

  it('finds imported runs by their source and by their id, and lists them newest first without sorting', () => {
    expect(plan(importedQueries.known)).toEqual(['SEARCH i USING INDEX sqlite_autoindex_imported_runs_1 (tool=? AND source=?)', 'SEARCH r USING INTEGER PRIMARY KEY (rowid=?)'])
    expect(plan(importedQueries.one)).toEqual(['SEARCH i USING INTEGER PRIMARY KEY (rowid=?)', 'SEARCH r USING INTEGER PRIMARY KEY (rowid=?)'])
    expect(plan(importedQueries.newest).join()).not.toContain('TEMP B-TREE')
    expect(plan(importedQueries.toolOf)).toEqual(['SEARCH imported_runs USING INTEGER PRIMARY KEY (rowid=?)'])
  })

  it('lists tags and the trash along their own indexes', () => {
    expect(plan(annotationQueries.runTags).join()).toContain('USING INDEX runs_tagged')
    expect(plan(annotationQueries.studyTags).join()).toContain('USING INDEX studies_tagged')
    expect(plan(trashQueries.runs)[0]).toBe('SEARCH runs USING INDEX runs_trashed (trashed_at>?)')
    expect(plan(trashQueries.studies)[0]).toBe('SEARCH studies USING INDEX studies_trashed (trashed_at>?)')
  })

  it('lists what ended along its own index, latest first, and looks up what is in the queue by key', () => {
    expect(plan(queueQueries.endedRuns)[0]).toBe('SEARCH runs USING INDEX runs_ended (finished_at>?)')
    expect(plan(queueQueries.endedRuns).join()).not.toContain('TEMP B-TREE')
    expect(plan(queueQueries.endedStudies)).toEqual(['SEARCH studies USING INDEX studies_ended (finished_at>?)'])
    expect(plan(queueQueries.entries).slice(1)).toEqual(['SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN', 'SEARCH s USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN', 'USE TEMP B-TREE FOR ORDER BY'])
  })

  it('deletes a purged run from every table by an index, and from no table by reading it', () => {
    const db = new Database(':memory:')
    migrate(db)
    const deletions = [...deletionsOf(db, 'runs'), ...deletionsOf(db, 'studies')]
    db.close()
    expect(deletions).toEqual(expect.arrayContaining(['DELETE FROM metrics WHERE run = ?', 'DELETE FROM gradients WHERE run = ?', 'DELETE FROM events WHERE study = ?', 'DELETE FROM runs WHERE id = ?']))
    for (const sql of deletions) expect(plan(sql, 'PRAGMA foreign_keys = OFF').join(), sql).not.toContain('SCAN')
  })
})
