#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

/**
 * The `loupe` command. Everything else is imported after the compile cache is on: the second start then takes a fraction
 * of the first.
 */
enableCompileCache()
// `loupe list | head` closes the pipe early: that ends the output, and is no fault. What it means for a command, `output.ts` says.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  if (process.stdout.listenerCount('error') === 1) process.exit(0)
})
const { runProgram } = await import('./program.ts')
await runProgram(process.argv.slice(2))
