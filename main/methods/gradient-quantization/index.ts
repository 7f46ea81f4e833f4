/** The door of the method: the study that the engine runs and the reports are made by. */
export { gradientQuantizationStudy as gradientQuantization } from './study.ts'
