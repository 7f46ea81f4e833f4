import { join } from 'node:path'

/** Where everything of a workspace lies. */
export interface WorkspacePaths {
  readonly folder: string
  /** The log's database. Beside it, while it is open, `-wal` and `-shm`: never copy or delete the one without the others. */
  readonly database: string
  /** One folder a run, one file a checkpoint. */
  readonly checkpoints: string
  /** Gradients of single steps, as NumPy archives. */
  readonly snapshots: string
  /** Trained models, one folder for each run and depth. */
  readonly exports: string
  /** Copies of the database from before each migration. */
  readonly backups: string
}

/**
 * The layout of a workspace folder.
 *
 * @example workspacePaths('/data/mnist').database  // '/data/mnist/loupe.db'
 */
export function workspacePaths(folder: string): WorkspacePaths {
  return {
    folder,
    database: join(folder, 'loupe.db'),
    checkpoints: join(folder, 'checkpoints'),
    snapshots: join(folder, 'snapshots'),
    exports: join(folder, 'exports'),
    backups: join(folder, 'backups'),
  }
}
