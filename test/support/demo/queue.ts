import type { CommandHandlers } from '../../../main/contract/rpc.ts'
import type { queueCommands } from '../../../main/contract/queue.ts'

const done = () => ({})

/** The queue of the demonstration: nothing waits. */
export const demoQueue: Pick<CommandHandlers, keyof typeof queueCommands> = {
  'queue.list': () => ({ training: [], waiting: [], resumable: [], settings: { isPaused: false, startsOnOpening: true, sideBySide: 1 }, trouble: null }),
  'queue.move': done,
  'queue.setPriority': done,
  'queue.pause': done,
  'queue.resume': done,
  'queue.hold': done,
  'queue.release': done,
  'queue.resumeInterrupted': () => ({ resumed: [], refused: [] }),
  'queue.configure': done,
}
