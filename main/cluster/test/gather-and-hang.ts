import { gatherWorkers } from '../gather-workers.ts'

/** A run for tests that is killed: gathers the workers named, says so and goes on for ever. */
await gatherWorkers({ hosts: process.argv.slice(2) })
process.stdout.write('gathered\n')
setInterval(() => {}, 1000)
