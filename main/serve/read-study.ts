import type { ReadStudy } from '../engine/reports/ready-document.ts'
import { createQueryHandlers } from './query-handlers.ts'
import type { QueryContext } from './query-handlers.ts'

/** Reads studies from a log, as the query `study.report` does, within this process. */
export function readStudy(context: QueryContext): ReadStudy {
  const { 'study.report': report } = createQueryHandlers(context)
  return async (studyId) => await report({ studyId, target: null, fitFrom: null, fitTo: null })
}
