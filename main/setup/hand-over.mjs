// Goes on with a program once everything is set up.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'

/** Node 24 from npm itself; the file in `.bin` is a script on Windows. */
function nodeFile(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** How often it is looked whether the shell that npm started is still there. */
const LOOK_MS = 250

/**
 * Runs a program on Node 24 in place of this process: with its input and output, its signals and its exit code.
 *
 * Signals are passed on. Between npm and this process stands a shell, which dies of a SIGTERM that npm passes on to it and tells
 * nobody: under npm its death therefore counts as SIGTERM, so that the program saves what runs. A SIGINT to npm's process alone
 * stays with that shell, if it is dash, until the program ends: Ctrl+C in a terminal reaches the program itself.
 *
 * @param {{ root: string, program: string, args: readonly string[] }} options
 * @returns {Promise<number>} Its exit code; 128 and its number for a signal.
 */
export function handOver({ root, program, args }) {
  return new Promise((resolve, reject) => {
    const child = spawn(nodeFile(root), [join(root, program), ...args], { stdio: 'inherit' })
    // On Windows a console tells all its processes of Ctrl+C, and passing a signal on would end the program at once.
    const passOn = (signal) => process.platform !== 'win32' && child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => passOn(signal))
    if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => passOn('SIGTERM'))
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0)))
  })
}

function whenOrphaned(action) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    action()
  }, LOOK_MS)
  timer.unref()
}
