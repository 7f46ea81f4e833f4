import type { QuantizationArm } from '../../../main/methods/gradient-quantization/config.ts'
import type { QuantizedArm } from '../../../main/methods/gradient-quantization/report.ts'
import type { ArmLook } from '../comparison/arm-groups.ts'
import type { TradePoint } from './charts/trade-option.ts'

export interface TradePointsOptions {
  readonly arms: readonly QuantizedArm[]
  readonly nameOf: (arm: QuantizationArm) => string
  readonly lookOf: (arm: QuantizationArm) => ArmLook
}

/** What each arm came to and how many bytes a worker sent and received for it; arms without a run that ended are left out. */
export function tradePoints({ arms, nameOf, lookOf }: TradePointsOptions): readonly TradePoint[] {
  return arms.flatMap(({ arm, accuracy, bytesUp, bytesDown }) => {
    if (accuracy === null || bytesUp === null) return []
    const { color, dash } = lookOf(arm)
    const deviation = accuracy.deviation ?? 0
    return [{ name: nameOf(arm), color, look: dash === 'dashed' ? 'hollow' : dash === 'dotted' ? 'diamond' : 'dot', bytes: bytesUp.mean + (bytesDown?.mean ?? 0), accuracy: accuracy.mean, low: accuracy.low ?? accuracy.mean - deviation, high: accuracy.high ?? accuracy.mean + deviation }]
  })
}
