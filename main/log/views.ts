import type { Database } from 'better-sqlite3'
import { runsView } from '../contract/annotations.ts'
import type { RunsView, SavedView } from '../contract/annotations.ts'
import { LoupeError } from '../contract/errors.ts'

/** Saved ways to look at the list of runs, by name. A view that this version cannot read any more is left out. */
export function viewReads(db: Database): () => SavedView[] {
  const all = db.prepare<[], { name: string; view: string }>('SELECT name, view FROM views ORDER BY name')
  return () =>
    all.all().flatMap(({ name, view }) => {
      const read = runsView.safeParse(JSON.parse(view))
      return read.success ? [{ name, view: read.data }] : []
    })
}

export interface ViewWrites {
  /** Takes the place of one of the same name. */
  save(name: string, view: RunsView): void
  /** @throws LoupeError `not-found` */
  delete(name: string): void
}

export function viewWrites(db: Database): ViewWrites {
  const save = db.prepare<[string, string]>('INSERT INTO views (name, view) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET view = excluded.view')
  const remove = db.prepare<[string]>('DELETE FROM views WHERE name = ?')
  return {
    save(name, view) {
      save.run(name, JSON.stringify(view))
    },
    delete(name) {
      if (remove.run(name).changes === 0) throw new LoupeError('not-found', `There is no saved view "${name}".`, { name })
    },
  }
}
