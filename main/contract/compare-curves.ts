import { z } from './zod.ts'

/** What curves are drawn over. A run's `time` is its training time in seconds, pauses left out; `clock` is when it began plus that time, in ms since 1970. */
export const curveAxes = ['step', 'examples', 'epoch', 'time', 'clock'] as const
export type CurveAxis = (typeof curveAxes)[number]

/** What surrounds the mean of a group: its sample's standard deviation, Student's 95 % interval of the mean, or its least and greatest run. */
export const curveSpreads = ['deviation', 'interval', 'range'] as const
export type CurveSpread = (typeof curveSpreads)[number]

/** Numbers without loss: float32 where that keeps every one of them, else float64; little-endian, in base64. */
export const packedNumbers = z.object({ kind: z.enum(['float32', 'float64']), base64: z.string() })
export type PackedNumbers = z.output<typeof packedNumbers>

const mostRuns = 1000

/** One line of a chart: a run, or several whose mean it is. */
export const curveLine = z.strictObject({ id: z.string().max(2000), runIds: z.array(z.string()).min(1).max(mostRuns) })
export type CurveLine = z.output<typeof curveLine>

/** What a line of the answer says of itself; its points stand in the columns, one line after the other. */
export const comparedLine = z.object({
  id: z.string(),
  points: z.int(),
  /** Runs that have logged the metric, and of them those that have a place on the axis. */
  runs: z.int(),
  runsPlaced: z.int(),
  /** Logged values in the range; those that are not finite, and those that are not above 0, are among them. */
  values: z.int(),
  notFinite: z.int(),
  notPositive: z.int(),
  /** Values in the range whose place on the axis is not above 0. */
  beforeAxis: z.int(),
})
export type ComparedLine = z.output<typeof comparedLine>

/** Questions about several runs at once, read from the log in one go. */
export const compareQueries = {
  /**
   * Curves of one metric, ready to draw. Smoothing and the means of groups are computed from every logged value, over the whole run, before anything
   * is put into buckets: they depend neither on the range asked for nor on what other lines are asked for.
   */
  'compare.curves': {
    input: z.strictObject({
      key: z.string().max(200),
      lines: z.array(curveLine).max(mostRuns),
      axis: z.enum(curveAxes).default('step'),
      /** Bounds on the axis, in its unit; of a line, the points next to them on either side come along. */
      from: z.number().nullable().default(null),
      to: z.number().nullable().default(null),
      /** Buckets between the bounds at most; a line with fewer points than that has them as they are. */
      buckets: z.int().min(2).max(8000).default(800),
      /** Whether buckets are equally wide on a linear or on a logarithmic axis. */
      scale: z.enum(['linear', 'log']).default('linear'),
      /** Decay of the debiased running mean a logged value, 0 for none. */
      smoothing: z.number().min(0).lt(1).default(0),
      spread: z.enum(curveSpreads).default('deviation'),
    }),
    output: z.object({
      lines: z.array(comparedLine),
      /** Ends of all lines together, whatever was asked for; null where no line has a point. */
      extent: z.object({ from: z.number(), to: z.number(), leastPositive: z.number().nullable() }).nullable(),
      /**
       * Of each point: its place, that of the bucket's last value; the mean, least and greatest of the bucket's values (of the mean curve, for a group); the
       * smoothed curve there, null without smoothing; the ends of the spread, NaN where fewer than two runs are, null where no line is a group; how many values it
       * stands for; how many runs the mean is of.
       */
      columns: z.object({
        x: packedNumbers,
        mean: packedNumbers,
        min: packedNumbers,
        max: packedNumbers,
        smoothed: packedNumbers.nullable(),
        low: packedNumbers.nullable(),
        high: packedNumbers.nullable(),
        count: packedNumbers,
        runs: packedNumbers.nullable(),
      }),
    }),
  },
  /** Metrics that some of the runs have logged, by name, each with how many have. */
  'compare.metrics': {
    input: z.strictObject({ runIds: z.array(z.string()).max(10_000) }),
    output: z.object({ metrics: z.array(z.object({ key: z.string(), runs: z.int() })) }),
  },
  /** Which runs differ in nothing but their seed and name: for each run, in the order asked for, the number of its group, counted from 0. */
  'compare.alike': {
    input: z.strictObject({ runIds: z.array(z.string()).max(10_000) }),
    output: z.object({ groups: z.array(z.int()) }),
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type ComparedCurves = z.output<(typeof compareQueries)['compare.curves']['output']>
export type CompareCurvesInput = z.output<(typeof compareQueries)['compare.curves']['input']>
