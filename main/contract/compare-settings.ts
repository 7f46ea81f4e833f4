import { fieldValue } from './annotations.ts'
import { status } from './records.ts'
import { z } from './zod.ts'

/** One setting of several runs: each value once, and which of them each run has. */
export const settingColumn = z.object({
  /** Within its document, such as `optimizer.learningRate`; groups of a list by their places. */
  path: z.string(),
  values: z.array(fieldValue),
  /** By run: place of its value in `values`, −1 for a run that has no such setting. */
  of: z.array(z.int().min(-1)),
})
export type SettingColumn = z.output<typeof settingColumn>

export const comparedRun = z.object({ id: z.string(), key: z.string(), name: z.string(), studyId: z.string().nullable(), studyName: z.string().nullable(), status })
export type ComparedRun = z.output<typeof comparedRun>

export const comparedSettings = z.object({
  /** In the order asked for, without those that are not in the log. */
  runs: z.array(comparedRun),
  settings: z.array(settingColumn),
  /** What the runs ran on: versions, device, threads, commit. */
  environment: z.array(settingColumn),
  /** Hash of the examples, as the study of a run read them; of single runs none is logged. */
  data: z.array(settingColumn),
  /** Metrics whose last, least and greatest values are known, and of how many of the runs. */
  metrics: z.array(z.object({ key: z.string(), runs: z.int() })),
})
export type ComparedSettings = z.output<typeof comparedSettings>

/** Questions about several runs at once. */
export const compareSettingsQueries = {
  /** Settings, environments and data of runs, as columns. */
  'compare.settings': { input: z.strictObject({ runIds: z.array(z.string()).max(1000) }), output: comparedSettings },
  /** Values of fields (see `filter/fields.ts`), a column a field, in the order of the runs asked for; null for a run that is not in the log. */
  'compare.values': {
    input: z.strictObject({ runIds: z.array(z.string()).max(10_000), fields: z.array(z.string().max(200)).max(60) }),
    output: z.object({ columns: z.array(z.array(fieldValue)) }),
  },
} as const
