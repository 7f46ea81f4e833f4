import type { DistillationConfig } from '../../contract/distillation-config.ts'
import type { DistillationRecord, ExitReading } from '../../contract/distillation-records.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { RunProbe, Values } from '../evaluate-run.ts'
import type { Predictor } from '../predictions.ts'
import type { RunState } from '../run-state.ts'
import type { TrainingObserver } from '../trainer.ts'
import type { Chain } from './chain.ts'
import { observeVariance, uncollapsed } from './collapse.ts'
import type { CollapseState } from './collapse.ts'
import { distillationFactor } from './course.ts'
import type { CourseLength } from './course.ts'
import type { ChainProbe } from './probe.ts'

/** A feature whose variance between examples stays below this for so many steps is a constant to all intents. */
export const COLLAPSE = { variance: 1e-6, steps: 50 } as const
const COLLAPSED = 'features.collapsed'

export interface DistilledRunOptions {
  readonly chain: Chain
  readonly config: DistillationConfig
  readonly course: CourseLength
  readonly observer: Pick<TrainingObserver, 'onDistillation' | 'onWarning'>
  /** Of all exits on the validation examples. */
  readonly validation: Predictor
  readonly probe: ChainProbe
}

/**
 * What is looked at in a chain beside its first student's loss and accuracy: every exit, how alike the features are, and whether they collapse.
 *
 * The count of steps of little variance is not saved: a run that is resumed in the middle of a collapse counts anew.
 */
export class DistilledRun implements RunProbe {
  readonly #options: DistilledRunOptions
  readonly #state: RunState
  #collapse: CollapseState = uncollapsed

  constructor(options: DistilledRunOptions, state: RunState) {
    this.#options = options
    this.#state = state
  }

  /** @param variances  The smaller variance of the student's and the last feature at each step of a call. */
  observe(variances: ArrayLike<number>): void {
    for (let i = 0; i < variances.length; i++) {
      const variance = variances[i]!
      if (variance >= 0 && Number.isFinite(variance)) this.#collapse = observeVariance(this.#collapse, { step: this.#state.step + i + 1, variance }, COLLAPSE)
    }
    if (this.#collapse.status !== 'collapsed') return
    const { observer, config, chain } = this.#options
    if (!this.#state.warned.includes(COLLAPSED)) {
      this.#state.warned = [...this.#state.warned, COLLAPSED]
      const message = `The features collapsed: their variance between examples stayed below ${COLLAPSE.variance} for ${COLLAPSE.steps} steps. What is near to a constant says nothing; keep the target constant (stopGradient), or lower featureWeight.`
      observer.onWarning(COLLAPSED, message, { depth: chain.frontDepth, variance: COLLAPSE.variance, steps: COLLAPSE.steps })
    }
    if (config.stopOnCollapse) {
      throw new LoupeError('diverged', `The features collapsed to a constant at step ${this.#collapse.collapsedAt}, and stopOnCollapse ends the run there. Keep the target constant (stopGradient), or lower featureWeight.`, { trigger: 'collapse', step: this.#collapse.collapsedAt })
    }
  }

  async evaluate(state: RunState, _values: Values, signal?: AbortSignal): Promise<Values> {
    const { chain, config, course, observer, validation, probe } = this.#options
    const outputs = await validation(signal)
    const factor = distillationFactor(config, state.position, course)
    const readings = await probe(factor)
    const exits: ExitReading[] = outputs.map(({ depth, isWhole, loss, accuracy }) => ({ depth, isWhole, validation: { loss: finite(loss), accuracy: finite(accuracy) } }))
    const record: DistillationRecord = { step: state.step, examples: state.examples, wallMs: state.wallMs, exits, ...readings, pairs: [...readings.pairs], features: [...readings.features], similarity: readings.similarity.map((row) => [...row]), factor, isCollapsed: this.#collapse.status === 'collapsed' }
    observer.onDistillation?.(record)
    const whole = exits.find(({ isWhole }) => isWhole)?.validation
    const [pair] = readings.pairs
    const [front, rear] = [readings.features.find(({ depth }) => depth === chain.students[0]), readings.features.at(-1)]
    return {
      ...(whole === undefined || whole.loss === null || whole.accuracy === null ? {} : { 'whole/validation-loss': whole.loss, 'whole/validation-accuracy': whole.accuracy }),
      ...(pair === undefined ? {} : { 'distillation/cka': pair.cka, ...(pair.cosine === null ? {} : { 'distillation/cosine': pair.cosine }) }),
      ...(front === undefined ? {} : { 'distillation/front-variance': front.variance, 'distillation/front-rank': front.effectiveRank }),
      ...(rear === undefined ? {} : { 'distillation/rear-variance': rear.variance, 'distillation/rear-rank': rear.effectiveRank }),
    }
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
