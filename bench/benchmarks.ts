import type { Benchmark } from './benchmark.ts'
import { chartsBenchmark } from './charts.ts'
import { controllerBenchmark } from './controller.ts'
import { decorrelateBenchmark } from './decorrelate.ts'
import { distillBenchmark } from './distill.ts'
import { logBenchmark } from './log.ts'
import { quantizeBenchmark } from './quantize.ts'
import { stepBenchmark } from './step.ts'
import { sweepBenchmark } from './sweep.ts'

/** Every benchmark, in the order in which `npm run bench` lists them. */
export const benchmarks: readonly Benchmark[] = [stepBenchmark, sweepBenchmark, controllerBenchmark, logBenchmark, quantizeBenchmark, distillBenchmark, decorrelateBenchmark, chartsBenchmark]
