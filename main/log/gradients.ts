import type { Database } from 'better-sqlite3'
import { compressionReading } from '../contract/gradient-records.ts'
import type { GradientCourse, GradientRecord, LoggedGradients } from '../contract/gradient-records.ts'
import { LoupeError } from '../contract/errors.ts'
import { decodeHistograms, encodeHistograms } from './histogram-codec.ts'
import type { GradientQuery } from './log.ts'

/** A record as it waits for the disk and lies there. */
export interface GradientRow {
  readonly step: number
  readonly worker: number
  readonly unit: string
  readonly elements: number
  readonly compression: string
  readonly histograms: Uint8Array
}

/** The statements that read gradients; their plans are tested. */
export const gradientQueries = {
  steps: 'SELECT DISTINCT step FROM gradients WHERE run = ? ORDER BY step',
  workers: 'SELECT DISTINCT worker FROM gradients WHERE run = ? ORDER BY worker',
  units: 'SELECT name, elements FROM gradient_units WHERE run = ? ORDER BY id',
  ofStep: `
    SELECT g.worker, u.name, u.elements, g.compression, g.histograms
    FROM gradients AS g CROSS JOIN gradient_units AS u ON u.id = g.unit
    WHERE g.run = ? AND g.step = ? ORDER BY g.worker, g.unit`,
  course: `
    SELECT g.step, u.name, u.elements, g.compression
    FROM gradients AS g CROSS JOIN gradient_units AS u ON u.id = g.unit
    WHERE g.run = ? AND g.worker = ? ORDER BY g.step, g.unit`,
} as const

/** @throws LoupeError `invalid-input` for histograms that are none. */
export function gradientRow({ step, worker, unit, elements, compression, histograms }: GradientRecord): GradientRow {
  const read = compressionReading.safeParse(compression)
  if (!read.success) throw new LoupeError('invalid-input', `How ${unit} of worker ${worker} was compressed at step ${step} does not read: ${read.error.issues[0]?.message ?? ''}.`, { step, worker, unit })
  return { step, worker, unit, elements, compression: JSON.stringify(read.data), histograms: encodeHistograms(histograms) }
}

export interface GradientReads {
  logged(run: number): LoggedGradients
  records(run: number, query: GradientQuery): GradientRecord[]
  course(run: number, worker: number): GradientCourse
}

export function gradientReads(db: Database): GradientReads {
  const steps = db.prepare<[number], number>(gradientQueries.steps).pluck()
  const workers = db.prepare<[number], number>(gradientQueries.workers).pluck()
  const units = db.prepare<[number], { name: string; elements: number }>(gradientQueries.units)
  const ofStep = db.prepare<[number, number], [number, string, number, string, Uint8Array]>(gradientQueries.ofStep).raw()
  const course = db.prepare<[number, number], CourseRow>(gradientQueries.course).raw()
  return {
    course: (run, worker) => courseOf(course.all(run, worker)),
    logged: (run) => ({ steps: steps.all(run), workers: workers.all(run), units: units.all(run) }),
    records(run, wanted) {
      const found = ofStep.all(run, wanted.step).filter(([worker, unit]) => (wanted.workers?.includes(worker) ?? true) && (wanted.units?.includes(unit) ?? true))
      return found.map(([worker, unit, elements, compression, histograms]) => ({
        step: wanted.step,
        worker,
        unit,
        elements,
        histograms: decodeHistograms(histograms),
        compression: compressionReading.parse(JSON.parse(compression)),
      }))
    },
  }
}

type CourseRow = readonly [step: number, unit: string, elements: number, compression: string]

/** Rows by step, put beside one another by unit. */
function courseOf(rows: readonly CourseRow[]): GradientCourse {
  const steps = [...new Set(rows.map(([step]) => step))]
  const places = new Map(steps.map((step, place) => [step, place]))
  const units = new Map<string, GradientCourse['units'][number]>()
  const nowhere = () => steps.map(() => null)
  for (const [step, name, elements, compression] of rows) {
    const unit = units.get(name) ?? { name, elements, kept: nowhere(), asked: nowhere(), distribution: nowhere(), status: nowhere() }
    units.set(name, unit)
    const { kept, asked, distribution, status } = compressionReading.parse(JSON.parse(compression))
    const place = places.get(step) ?? 0
    unit.kept[place] = kept
    unit.asked[place] = asked
    unit.distribution[place] = distribution
    unit.status[place] = status
  }
  return { steps, units: [...units.values()] }
}

export interface GradientWrites {
  /** To be called inside a transaction; `rollBack` where it fails. */
  insert(run: number, row: GradientRow): void
  dropAfter(run: number, step: number): void
  /** Forgets unit ids that the failed transaction may have made up. */
  rollBack(): void
}

export function gradientWrites(db: Database): GradientWrites {
  const insertUnit = db.prepare<[number, string, number]>('INSERT INTO gradient_units (run, name, elements) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET elements = excluded.elements')
  const selectUnit = db.prepare<[number, string], number>('SELECT id FROM gradient_units WHERE run = ? AND name = ?').pluck()
  const insert = db.prepare<[number, number, number, number, string, Uint8Array]>(
    `INSERT INTO gradients (run, step, worker, unit, compression, histograms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET compression = excluded.compression, histograms = excluded.histograms`,
  )
  const drop = db.prepare<[number, number]>('DELETE FROM gradients WHERE run = ? AND step > ?')
  const dropUnits = db.prepare<[number, number]>('DELETE FROM gradient_units WHERE run = ? AND NOT EXISTS (SELECT 1 FROM gradients WHERE run = ?)')
  const ids = new Map<string, number>()
  const idOfUnit = (run: number, name: string, elements: number): number => {
    insertUnit.run(run, name, elements)
    const id = selectUnit.get(run, name) ?? 0
    ids.set(`${run} ${name}`, id)
    return id
  }
  return {
    insert(run, { step, worker, unit, elements, compression, histograms }) {
      insert.run(run, step, worker, ids.get(`${run} ${unit}`) ?? idOfUnit(run, unit, elements), compression, histograms)
    },
    dropAfter(run, step) {
      drop.run(run, step)
      dropUnits.run(run, run)
      ids.clear()
    },
    rollBack() {
      ids.clear()
    },
  }
}
