// What set-up says, and how it runs other programs. Plain JavaScript: this runs before Node 24 and TypeScript are there.
import { spawn, spawnSync } from 'node:child_process'

/** A set-up step that cannot go on: what is missing, and the command that helps. */
export class SetupError extends Error {
  /** @param {string} message @param {string} help */
  constructor(message, help) {
    super(message)
    this.help = help
  }
}

/** @param {boolean} quiet  Say only what takes long or goes wrong. */
export function createTerminal(quiet) {
  const isTerminal = process.stderr.isTTY === true
  const dim = (text) => (isTerminal ? `\x1b[2m${text}\x1b[22m` : text)
  const bold = (text) => (isTerminal ? `\x1b[1m${text}\x1b[22m` : text)
  // Everything goes to standard error: standard output belongs to the command that follows.
  const write = (line) => process.stderr.write(`${line}\n`)
  return {
    /** Something long begins; `detail` says how large and why. */
    begin: (title, detail) => write(`${bold(`▸ ${title}`)}${detail ? `  ${dim(detail)}` : ''}`),
    done: (text) => write(dim(`  ✓ ${text}`)),
    warn: (text) => write(`  ! ${text}`),
    note: (text) => {
      if (!quiet) write(text)
    },
    isTerminal,
  }
}

/** On Windows npm and npx are `.cmd` files, which only a shell starts. */
const shell = process.platform === 'win32'

/**
 * Runs a program to its end, its output on standard error.
 *
 * @param {string} program @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, silent?: boolean }} [options]
 * @returns {Promise<number>} Its exit code; 127 where it could not be started.
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', options.silent ? 'ignore' : 2, options.silent ? 'ignore' : 2],
      timeout: options.timeoutMs,
      shell: shell && !program.endsWith('.exe'),
    })
    child.on('error', () => resolve(127))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/**
 * What a program prints, or null where it is not there or fails.
 *
 * @param {string} program @param {readonly string[]} args
 */
export function output(program, args) {
  const answer = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000, shell: shell && !program.endsWith('.exe') })
  return answer.status === 0 ? answer.stdout.trim() : null
}
