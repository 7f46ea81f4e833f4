import type { Peers } from './peers.ts'

export interface BenchmarkOptions {
  /** Fewer cells and rounds: to see that it runs, not to quote. */
  readonly effort: 'full' | 'quick'
  readonly peers: Peers
  /** Threads that every side may use. */
  readonly threads: number
  /** Told what is going on, a line at a time. */
  report(line: string): void
}

export interface BenchmarkResult {
  /** One plain object a measured cell, as `--json` prints them. */
  readonly rows: readonly object[]
  /** What was measured and how it went: tables and a few sentences, for the terminal and for `docs/benchmarks.md`. */
  readonly markdown: string
  /** Versions of all that took part, such as `{ torch: '2.15.0' }`. */
  readonly versions: Readonly<Record<string, string>>
}

/** A measurement of Loupe beside its peers. */
export interface Benchmark {
  readonly name: string
  readonly title: string
  run(options: BenchmarkOptions): Promise<BenchmarkResult>
}
