import type { ModelConfig } from '../../contract/model-config.ts'
import { depthOf, modelOfDepth } from '../../contract/model-depth.ts'
import type { DistillationWay, FeatureDistillationConfig } from './config.ts'

/** A way with the student that it trains and the second extractor behind it. */
export interface Arm {
  /** Unique in the study, such as `distilled depth=2 rear=4`. */
  readonly id: string
  readonly way: DistillationWay
  /** Blocks of its student; null for the whole stack, and for a run with a student at each depth. */
  readonly depth: number | null
  /** Blocks behind its student, the deepest where there are several; null for a run without a second extractor. */
  readonly rear: number | null
  /** True where those are not the rest of the model. */
  readonly isFromLibrary: boolean
}

/** Ways whose second extractor is chosen from several. */
const CHOOSING: ReadonlySet<DistillationWay> = new Set(['distilled', 'soft-targets', 'distilled-soft-targets', 'second-round'])
const PLAIN: ReadonlySet<DistillationWay> = new Set(['whole', 'alone'])
/** Runs with a student at each depth. */
const EXITS: ReadonlySet<DistillationWay> = new Set(['self-distillation', 'deep-supervision-exits'])
/** Ways in which nothing is drawn towards anything. */
const UNDRAWN: ReadonlySet<DistillationWay> = new Set(['deep-supervision', 'deep-supervision-exits'])
/** Ways whose runs compare features while they train. */
const FEATURED: ReadonlySet<DistillationWay> = new Set(['distilled', 'distilled-soft-targets', 'self-distillation', 'pretrained', 'frozen-rear', 'second-round'])

/** True for a way that trains a chain of two extractors, not a model as any other. */
export function isChain(way: DistillationWay): boolean {
  return !PLAIN.has(way)
}

export function hasExits(way: DistillationWay): boolean {
  return EXITS.has(way)
}

/** True for a way in which a student is drawn towards its second extractor. */
export function isDrawn(way: DistillationWay): boolean {
  return isChain(way) && !UNDRAWN.has(way)
}

export function comparesFeatures(way: DistillationWay): boolean {
  return FEATURED.has(way)
}

export function choosesRear(way: DistillationWay): boolean {
  return CHOOSING.has(way)
}

/** The name of an arm, and of a student that came of it: where there is one at each depth the arm has none and the student has its own. */
export function armId({ way, depth, rear }: { readonly way: DistillationWay; readonly depth: number | null; readonly rear: number | null }): string {
  return [way, ...(depth === null ? [] : [`depth=${depth}`]), ...(rear === null ? [] : [`rear=${rear}`])].join(' ')
}

/** Every arm that there may be, in the order of the config: ways, then depths, then second extractors, the rest of the model first. */
export function everyArm(config: FeatureDistillationConfig): Arm[] {
  const { ways, depths } = config.students
  const whole = depthOf(config.run.model)
  return ways.flatMap((way): Arm[] => {
    const plain = { way, rear: null, isFromLibrary: false }
    if (way === 'whole') return [{ ...plain, id: way, depth: null }]
    if (hasExits(way)) return [{ ...plain, id: way, depth: null, rear: whole - Math.max(...depths) }]
    return depths.flatMap((depth): Arm[] => {
      const id = armId({ way, depth, rear: null })
      if (way === 'alone') return [{ ...plain, id, depth }]
      const rest = { ...plain, id, depth, rear: whole - depth }
      // A second round with the rest of the model would be the first one over again.
      return [...(way === 'second-round' ? [] : [rest]), ...libraryOf(config, way, depth).map((rear) => ({ id: armId({ way, depth, rear }), way, depth, rear, isFromLibrary: true }))]
    })
  })
}

/** Second extractors that are stacked on a student beside the rest of the model. */
function libraryOf({ run, students }: FeatureDistillationConfig, way: DistillationWay, depth: number): readonly number[] {
  return choosesRear(way) ? students.rearDepths.filter((rear) => rear !== depthOf(run.model) - depth) : []
}

/** Depths of the students that a run of the arm trains, the deepest first: it is the run's own. */
export function studentDepthsOf(arm: Arm, { students }: FeatureDistillationConfig): number[] {
  return hasExits(arm.way) ? students.depths.toSorted((a, b) => b - a) : arm.depth === null ? [] : [arm.depth]
}

/** The model that a run of the arm trains: the student alone, or the whole chain. */
export function modelOfArm({ run }: FeatureDistillationConfig, { way, depth, rear, isFromLibrary }: Arm): ModelConfig {
  if (way === 'alone' && depth !== null) return modelOfDepth(run.model, depth)
  return isFromLibrary && depth !== null && rear !== null ? modelOfDepth(run.model, depth + rear) : run.model
}
