import type { Migration } from './migration.ts'

/**
 * Runs that other tools logged. Each is a row of `runs` like any other, so that metrics, events, tags, the trash and searches take it as it is. What
 * it has in the place of a configuration is here; its `config` names a document that no run of Loupe's own can have.
 */
export const importedRuns: Migration = {
  version: 12,
  name: 'imported-runs',
  sql: `
    CREATE TABLE imported_runs (
      run INTEGER PRIMARY KEY REFERENCES runs (id),
      tool TEXT NOT NULL,
      source TEXT NOT NULL,          -- what tells the run apart from the tool's others
      content TEXT NOT NULL,         -- SHA-256 of what was read
      imported_at INTEGER NOT NULL,  -- ms since 1970
      document TEXT NOT NULL,        -- JSON: source, name, param, labels, renamed
      omissions TEXT NOT NULL,       -- JSON
      UNIQUE (tool, source)
    ) STRICT;
  `,
}
