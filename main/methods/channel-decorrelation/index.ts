/** The door of the method: the study that the engine runs and the reports are made by. */
export { channelDecorrelationStudy as channelDecorrelation } from './study.ts'
