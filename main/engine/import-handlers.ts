import { LoupeError } from '../contract/errors.ts'
import type { CommandHandlers } from '../contract/rpc.ts'
import type { ImportProgress } from '../import/import-runs.ts'
import type { LogWriter } from '../log/log.ts'
import type { Emit } from './event-hub.ts'
import type { LogGate } from './log-gate.ts'
import { throttle } from './throttle.ts'

type Names = 'run.previewImport' | 'run.import' | 'run.stopImport'

const progressMs = 250
/** Lists ask again whenever runs came in: more often would only slow the import down. */
const newsMs = 1500

/** Answers the commands that bring runs of other tools in. One of them at a time: they would only wait for the same disk. */
export function importHandlers({ writer, gate, emit }: { readonly writer: LogWriter; readonly gate: LogGate; readonly emit: Emit }): Pick<CommandHandlers, Names> & { readonly stop: () => Promise<void> } {
  let current: { readonly stopping: AbortController; readonly ended: Promise<unknown> } | null = null

  const progress = throttle<ImportProgress>(progressMs, (now) => emit({ name: 'import.progressed', payload: now }))

  async function alone<T>(path: string, work: (following: { readonly signal: AbortSignal; readonly onProgress: (now: ImportProgress) => void }) => Promise<T>): Promise<T> {
    if (current !== null) throw new LoupeError('conflict', `Another import is looked at or under way. Wait for it or stop it, then import ${path}.`, { path })
    const stopping = new AbortController()
    const ended = work({ signal: stopping.signal, onProgress: progress.call })
    current = { stopping, ended }
    try {
      return await ended
    } finally {
      current = null
      progress.flush()
    }
  }

  return {
    'run.previewImport': async (place) => {
      const { previewImport } = await import('../import/import-runs.ts')
      return await alone(place.path, (following) => previewImport(place, { ...following, log: writer }))
    },
    'run.import': async ({ only, tags, ...place }) => {
      const { importRuns } = await import('../import/import-runs.ts')
      let fresh: string[] = []
      const news = throttle<null>(newsMs, () => {
        if (fresh.length > 0) emit({ name: 'annotations.changed', payload: { runIds: fresh, studyIds: [] } })
        fresh = []
      })
      try {
        return await alone(place.path, (following) =>
          importRuns(place, {
            ...following,
            only,
            write: async (run) => {
              const done = await gate.write(() => writer.importRun(run, tags))
              fresh.push(done.runId)
              news.call(null)
              return done
            },
          }),
        )
      } finally {
        news.flush()
      }
    },
    'run.stopImport': () => {
      current?.stopping.abort()
      return {}
    },
    async stop() {
      current?.stopping.abort()
      await current?.ended.catch(() => {}) // whoever asked is told
    },
  }
}
