import { charts } from './charts.ts'
import { common } from './common.ts'
import { comparison } from './comparison.ts'
import { decorrelation } from './channel-decorrelation.ts'
import { events } from './events.ts'
import { distillation } from './feature-distillation.ts'
import { students } from './feature-distillation-view.ts'
import { fewLabels } from './few-labels.ts'
import { fewLabelsView } from './channel-decorrelation-study.ts'
import { fitPoints } from './fit-points.ts'
import { gradients } from './gradient-quantization.ts'
import { quantization } from './gradient-quantization-study.ts'
import { lossGap } from './loss-gap.ts'
import { modelExport } from './model-export.ts'
import { newStudy } from './new-study.ts'
import { runs } from './runs.ts'
import { start } from './start.ts'
import { study } from './study.ts'
import { system } from './system.ts'

/** Every text of the window in English. The shape is the law for all languages; settings and metrics have files of their own. */
export const en = { ...common, comparison, start, newStudy, fitPoints, study, lossGap, gradients, quantization, distillation, students, decorrelation, fewLabels, fewLabelsView, modelExport, runs, charts, events, system }
export type Messages = typeof en
