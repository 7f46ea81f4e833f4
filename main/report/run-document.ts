import { metrics } from '../contract/metrics.ts'
import type { LogEvent, MetricSeries, RunRecord } from '../contract/records.ts'
import type { Block, ReportDocument } from '../contract/report-document.ts'
import { chartBlock, facts, heading, list, numbers, paragraph, series, tableBlock, tableOf } from './blocks.ts'
import { count, moment } from './numbers.ts'
import { provenance } from './provenance.ts'
import { setupInWords, targetInWords } from './reported-study.ts'

/** A run with what it logged, as its report is made from. */
export interface RunToReport {
  readonly run: RunRecord
  /** Each metric that it logged, by its key, in as many points as a chart shows. */
  readonly courses: readonly MetricSeries[]
  /** Oldest first. */
  readonly events: readonly LogEvent[]
  /** SHA-256 of the data, where the log has it. */
  readonly dataHash: string | null
}

/** What is drawn together, as far as the run logged it: one axis, values of one unit. Other metrics are in the table. */
const charts: readonly { readonly title: string; readonly label: string; readonly keys: readonly string[]; readonly scale: number }[] = [
  { title: 'Loss', label: 'Loss, nats', keys: ['train/loss', 'validation/loss', 'train/batch-loss'], scale: 1 },
  { title: 'Accuracy', label: 'Accuracy, per cent', keys: ['train/accuracy', 'validation/accuracy', 'whole/validation-accuracy'], scale: 100 },
  { title: 'Batch size', label: 'Batch size, examples', keys: ['batch/size'], scale: 1 },
  { title: 'Gradient noise scale', label: 'Noise scale, examples', keys: ['noise/scale'], scale: 1 },
]

/** The ready report of a single run: how it ended, its last values, its course, what happened on the way, and how each number came about. */
export function runDocument({ run, courses, events, dataHash }: RunToReport): ReportDocument {
  const { config } = run
  const noted = events.filter(({ level }) => level !== 'info')
  return {
    title: run.name === '' ? `Run ${run.id}` : run.name,
    subtitle: [run.id, run.status, ...(run.studyId === null ? [] : [`of ${run.studyId}`]), ...(run.startedAt === null ? [] : [`begun ${moment(run.startedAt)}`]), ...(run.finishedAt === null ? [] : [`finished ${moment(run.finishedAt)}`])].join(' · '),
    blocks: [
      heading('Outcome'),
      paragraph(outcomeOf(run), 'answer'),
      ...(run.error === null ? [] : [paragraph(run.error.message, 'problem')]),
      ...list(noted.map(({ at, message }) => `${moment(at)}: ${message}`)),
      heading('Results'),
      ...charts.flatMap((chart) => courseChart(courses, chart)),
      valueTable(courses),
      heading('Settings'),
      facts([
        ...setupInWords(config),
        ['Batch size', config.batchPolicy === null ? `${config.batchSize} examples` : `first ${config.batchSize} examples, changed by ${config.batchPolicy.kind}`],
        ['Seed', String(config.seed)],
        ...(config.target === null ? [] : [['Target', targetInWords(config.target)] as const]),
      ]),
      ...provenance({ id: run.id, configHash: run.configHash, config, runs: [run], splitSeed: config.dataset.splitSeed, dataHash }),
    ],
  }
}

function outcomeOf({ status, censored, steps, examples, wallMs }: RunRecord): string {
  const reached = censored === null ? '' : censored ? ', target not reached' : ', target reached'
  return `${status[0]?.toUpperCase() ?? ''}${status.slice(1)}${reached}: ${count(steps)} steps, ${count(examples)} examples, ${(wallMs / 1000).toFixed(1)} s`
}

function courseChart(courses: readonly MetricSeries[], { title, label, keys, scale }: (typeof charts)[number]): readonly Block[] {
  const found = keys.flatMap((key, colour) => {
    const course = courses.find((one) => one.key === key && one.step.length > 0)
    return course === undefined ? [] : [{ course, colour }]
  })
  const isBucketed = found.some(({ course }) => course.total > course.step.length)
  return chartBlock(`${title} over the steps of the run.${isBucketed ? ' A curve of more values than the chart has room for is drawn by means, with the band from the smallest to the largest of each.' : ''}`, {
    title,
    x: numbers('Step'),
    y: numbers(label),
    series: found.map(({ course, colour }) => {
      const scaled = (values: readonly number[]) => values.map((value) => value * scale)
      const isBand = course.total > course.step.length
      return series({ name: course.key, drawn: 'line', interval: 'band', colour, x: [...course.step], y: scaled(course.mean), low: isBand ? scaled(course.min) : null, high: isBand ? scaled(course.max) : null })
    }),
  })
}

function valueTable(courses: readonly MetricSeries[]): Block {
  const shown = courses.filter(({ total }) => total > 0)
  const digits = (value: number | undefined) => (value === undefined ? '–' : Number(value.toPrecision(6)).toString().replace('-', '−'))
  return tableBlock(
    'Each logged metric: its last value and where it stood, and the smallest and largest. Values that are not finite count among the values only.',
    tableOf(
      ['<Metric', '<Unit', 'Last', 'At step', 'Smallest', 'Largest', 'Values'],
      shown.map(({ key, last, step, min, max, total }) => [key, unitOf(key), digits(last.at(-1)), count(step.at(-1) ?? null), digits(least(min)), digits(most(max)), count(total)]),
    ),
  )
}

const least = (values: readonly number[]) => (values.length === 0 ? undefined : values.reduce((low, value) => Math.min(low, value)))
const most = (values: readonly number[]) => (values.length === 0 ? undefined : values.reduce((high, value) => Math.max(high, value)))

function unitOf(key: string): string {
  return key in metrics ? metrics[key as keyof typeof metrics].unit : '–' // just asked
}
