import { bootstrap, median } from './statistics.ts'

/** One round of one model. */
export interface DistillRow {
  readonly title: string
  readonly runs: number
  /** All runs, one after the other, each on the threads that are best for it alone; tracing included. */
  readonly sumSeconds: number
  /** The same runs in lanes of one thread. */
  readonly lanesSeconds: number
  /** Σ over the students of a step of a chain with that one. */
  readonly chainsStepMs: number
  /** A step of one chain with all of them as exits. */
  readonly exitsStepMs: number
}

/** The tables, how they were measured, and what they say about the aim. */
export function describeDistillation(rows: readonly DistillRow[], { depth, students, lanes }: { readonly depth: number; readonly students: readonly number[]; readonly lanes: number }): string {
  const groups = Map.groupBy(rows, ({ title }) => title)
  const ratio = (of: readonly DistillRow[], side: (row: DistillRow) => number) => {
    const { estimate, low, high } = bootstrap([of], ([group]) => median(group!.map(side))) // one group was given
    return `${estimate.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
  }
  const lines = [...groups].map(([title, of]) => {
    const middle = (side: (row: DistillRow) => number) => median(of.map(side)).toPrecision(3)
    return `| ${title} | ${middle((row) => row.sumSeconds)} | ${middle((row) => row.lanesSeconds)} | ${ratio(of, (row) => row.lanesSeconds / row.sumSeconds)} | ${middle((row) => row.chainsStepMs)} | ${middle((row) => row.exitsStepMs)} | ${ratio(of, (row) => row.exitsStepMs / row.chainsStepMs)} |`
  })
  const isMet = [...groups.values()].every((of) => median(of.map((row) => row.lanesSeconds / row.sumSeconds)) < 1)
  return `Seconds for the ${rows[0]?.runs ?? 0} runs of a study on batches of 64: a teacher of ${depth} blocks, students of ${students.join(', ')} trained alone, and the same students as chains that are drawn towards the rest; tracing included. One after the other, each on the threads that are best for it alone, and side by side in ${lanes} lanes of one thread, as the engine trains them. Then milliseconds a step: the sum over chains of one student each, and one chain in whose compiled step all students are exits. Medians of ${[...groups.values()][0]?.length ?? 0} rounds; ratios with their 95 % intervals.

| model | one after the other, s | side by side, s | ratio | chains of one student, ms | one chain of all, ms | ratio |
|---|---:|---:|---:|---:|---:|---:|
${lines.join('\n')}

The aim that the study side by side costs less than the sum of its runs is **${isMet ? 'met' : 'not met'}**.`
}
