import { startTensorFlowServer } from '../open.ts'

/** A worker for tests: `tensorflow-server.ts TASK ADDRESS ADDRESS ...`, started with fork. Says its target when it is ready, and ends with its parent. */
const [task, ...addresses] = process.argv.slice(2)
process.on('disconnect', () => process.exit(0))
const { target } = await startTensorFlowServer({ addresses, task: Number(task), threads: 1, confineTo: '127.0.0.1' })
process.send?.(target)
