import { runsView } from './annotations.ts'
import { metrics } from './metrics.ts'
import type { MetricKey } from './metrics.ts'
import { block, listedRun } from './report-document.ts'
import { z } from './zod.ts'

/** Which runs: those that fit a filter and, where it names any, are among the ids. */
export const runChoice = z.strictObject({
  filter: z.string().max(2000).default(''),
  runIds: z.array(z.string()).max(1000).nullable().default(null),
})
export type RunChoice = z.output<typeof runChoice>

const metricKey = z.enum(Object.keys(metrics) as [MetricKey, ...MetricKey[]]) // the table's own keys, and it has some
const field = z.string().min(1).max(200)
const columns = z.array(field).min(1).max(24)
const sort = runsView.shape.sort

/** What a part of a report shows, and how: the question of which a pin is the answer of one moment. */
export const pinSource = z.discriminatedUnion('kind', [
  /** Curves of runs over training. */
  z.strictObject({
    kind: z.literal('chart'),
    title: z.string().max(200).default(''),
    choice: runChoice,
    metrics: z.array(metricKey).min(1).max(6),
    x: z.enum(['step', 'examples', 'epoch', 'wall']).default('examples'),
    xScale: z.enum(['linear', 'log']).default('linear'),
    yScale: z.enum(['linear', 'log']).default('linear'),
    /** Decay of the debiased running mean, 0 for none. */
    smoothing: z.number().min(0).max(0.999).default(0),
    /** A colour and a name in the legend for each value of a field; null for each run. */
    groupBy: field.nullable().default(null),
    /** Of a group its runs, or their mean with the band from the smallest to the largest. */
    show: z.enum(['each', 'mean']).default('each'),
  }),
  /** Chosen fields of runs, a row each; grouped, a row for each group with mean and deviation. */
  z.strictObject({ kind: z.literal('table'), choice: runChoice, sort, columns, groupBy: field.nullable().default(null) }),
  /** Runs with what makes each what it is, and chosen fields beside. */
  z.strictObject({ kind: z.literal('runs'), choice: runChoice, sort, columns: z.array(field).max(12).default([]) }),
  /** The answer of a study, with what goes with it. */
  z.strictObject({ kind: z.literal('study'), studyId: z.string() }),
  /** A chart or a table of a study's ready report, by its name there. */
  z.strictObject({ kind: z.literal('study-part'), studyId: z.string(), part: z.enum(['chart', 'table']), name: z.string().max(300) }),
])
export type PinSource = z.output<typeof pinSource>

const blockId = z.string().regex(/^[a-z0-9-]{1,40}$/)

/** A part of a report that a researcher composes. */
export const composedBlock = z.discriminatedUnion('kind', [
  z.strictObject({ id: blockId, kind: z.literal('text'), markdown: z.string().max(200_000) }),
  /** `pinId` names what it shows; the source is that of the pin unless it was changed since. `caption` is what the researcher says under it, in Markdown. */
  z.strictObject({ id: blockId, kind: z.literal('data'), source: pinSource, caption: z.string().max(5000).default(''), pinId: z.string().nullable().default(null) }),
])
export type ComposedBlock = z.output<typeof composedBlock>

/** What an editor keeps. */
export const reportDraft = z.strictObject({ title: z.string().trim().max(300), blocks: z.array(composedBlock).max(500) })
export type ReportDraft = z.output<typeof reportDraft>

export const composedReport = reportDraft.extend({
  id: z.string(),
  /** Counts up with each save: whoever saves says which one was changed. */
  version: z.int(),
  createdAt: z.int(),
  updatedAt: z.int(),
  /** Ms since 1970; null for one that is not in the trash. */
  trashedAt: z.int().nullable(),
})
export type ComposedReport = z.output<typeof composedReport>

/** A run as it was when its data were pinned, with what made it. */
export const pinnedRun = listedRun.extend({
  studyId: z.string().nullable(),
  /** Versions, machine and device in words; null for a run that had not begun. */
  madeWith: z.string().nullable(),
  /** SHA-256 of the data; null where the log does not say. */
  dataHash: z.string().nullable(),
})
export type PinnedRun = z.output<typeof pinnedRun>

/** Data of one moment: they stay what they were, whatever becomes of the runs. */
export const pin = z.object({
  id: z.string(),
  reportId: z.string(),
  /** Ms since 1970. */
  at: z.int(),
  /** Version of Loupe that read them. */
  loupe: z.string(),
  source: pinSource,
  /** What they are, ready to be written. */
  blocks: z.array(block),
  runs: z.array(pinnedRun),
  /** Says, by comparing, whether the log has other data now. */
  fingerprint: z.string(),
})
export type Pin = z.output<typeof pin>

export const reportFormats = ['html', 'tex', 'pdf'] as const
export type ReportFormat = (typeof reportFormats)[number]

const reportId = z.strictObject({ reportId: z.string() })
const nothing = z.object({})

/** Requests about composed reports that the engine answers. */
export const reportCommands = {
  /**
   * Saves a report: a new one where `reportId` is null. `version` is the one that was changed: where another window has saved since, it is refused with
   * `conflict` and the facts `version`, `newest` and `updatedAt`.
   */
  'report.save': { input: reportDraft.extend({ reportId: z.string().nullable(), version: z.int().min(0) }), output: composedReport },
  /** Reads the data of a source now and keeps them for a report. */
  'report.pin': { input: z.strictObject({ reportId: z.string(), source: pinSource }), output: z.object({ pin }) },
  /** Saves a draft of a report as another one, with the same data of the same moments. */
  'report.copy': { input: reportDraft.extend({ reportId: z.string() }), output: reportId },
  /** Makes a report of the ready parts of a study, pinned. */
  'report.fromStudy': { input: z.strictObject({ studyId: z.string() }), output: reportId },
  /** Moves a report to the trash, from where it can be restored. */
  'report.delete': { input: reportId, output: nothing },
  'report.restore': { input: reportId, output: nothing },
  /** Deletes a report that is in the trash for good, with its pinned data. */
  'report.purge': { input: reportId, output: nothing },
} as const

/** Questions about composed reports. */
export const reportQueries = {
  /** Newest change first; of the trash where that is asked for. */
  'report.list': {
    input: z.strictObject({ isTrashed: z.boolean().default(false) }),
    output: z.object({ reports: z.array(composedReport.omit({ blocks: true }).extend({ blocks: z.int() })) }),
  },
  'report.get': { input: reportId, output: z.object({ report: composedReport, pins: z.array(pin.omit({ blocks: true, runs: true }).extend({ runs: z.int() })) }) },
  /** The parts of a study's ready report, by their names, in its order. */
  'report.parts': { input: z.strictObject({ studyId: z.string() }), output: z.object({ parts: z.array(z.object({ part: z.enum(['chart', 'table']), name: z.string() })) }) },
  /** A draft as it would be exported: HTML of each block, escaped, and what follows them all. `style` is the page's. */
  'report.preview': {
    input: reportDraft.extend({ reportId: z.string() }),
    output: z.object({ style: z.string(), blocks: z.array(z.object({ id: z.string(), html: z.string(), problems: z.array(z.string()) })), provenance: z.string() }),
  },
  /** Whether the log has other data now than what is pinned: `gone` where runs or the study are purged or in the trash. */
  'report.freshness': { input: reportId, output: z.object({ pins: z.array(z.object({ pinId: z.string(), state: z.enum(['same', 'newer', 'gone']) })) }) },
  /** A report as a file. A PDF is printed by Chromium, or the window's own. */
  'report.export': {
    input: z.strictObject({ reportId: z.string(), format: z.enum(reportFormats) }),
    output: z.object({ name: z.string(), mime: z.string(), /** Base64 for a PDF. */ content: z.string(), isBase64: z.boolean(), problems: z.array(z.string()) }),
  },
} as const
