import type { Annotation } from '../contract/annotations.ts'
import { LoupeError } from '../contract/errors.ts'
import type { CommandHandlers } from '../contract/rpc.ts'
import type { LogWriter } from '../log/log.ts'
import type { RunsAndStudies } from '../log/trash.ts'
import type { Emit } from './event-hub.ts'
import type { LogGate } from './log-gate.ts'

type Names = 'run.annotate' | 'study.annotate' | 'trash.put' | 'trash.restore' | 'trash.purge' | 'view.save' | 'view.delete'

/** Answers the commands about what users say of runs and studies. Each tells every window what to ask for again. */
export function annotationHandlers({ writer, gate, emit }: { readonly writer: LogWriter; readonly gate: LogGate; readonly emit: Emit }): Pick<CommandHandlers, Names> {
  const tell = (what: RunsAndStudies) => emit({ name: 'annotations.changed', payload: { runIds: [...what.runIds], studyIds: [...what.studyIds] } })
  const move = async (what: RunsAndStudies, act: (what: RunsAndStudies) => void): Promise<Record<string, never>> => {
    await gate.write(() => act(what))
    tell(what)
    return {}
  }
  return {
    'run.annotate': async ({ changes }) => {
      const before = await gate.write(() => writer.annotate('run', changes))
      tell({ runIds: before.map(({ id }) => id), studyIds: [] })
      return { before: [...before] }
    },
    'study.annotate': async ({ changes }) => {
      const before = await gate.write(() => writer.annotate('study', changes))
      tell({ runIds: [], studyIds: before.map(({ id }) => id) })
      return { before: [...before] }
    },
    'trash.put': async (what) => await move(what, writer.putInTrash),
    'trash.restore': async (what) => await move(what, writer.restoreFromTrash),
    'trash.purge': async (what) => {
      const purged = await gate.write(() => writer.purge(what))
      tell(what)
      return purged
    },
    'view.save': async ({ name, view }) => {
      await gate.write(() => writer.saveView(name, view))
      emit({ name: 'views.changed', payload: {} })
      return {}
    },
    'view.delete': async ({ name }) => {
      await gate.write(() => writer.deleteView(name))
      emit({ name: 'views.changed', payload: {} })
      return {}
    },
  }
}

/** @throws LoupeError `conflict` for what is in the trash: nothing trains there. */
export function refuseTrashed({ id, trashedAt }: Annotation): void {
  if (trashedAt === null) return
  throw new LoupeError('conflict', `${id} is in the trash, so it cannot go on. Restore it first.`, { id, trashedAt })
}
