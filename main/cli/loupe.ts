#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

/**
 * The `loupe` command. Everything else is imported after the compile cache is on: the second start then takes a fraction
 * of the first.
 */
enableCompileCache()
const { runProgram } = await import('./program.ts')
await runProgram(process.argv.slice(2))
