import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loupe-hand-over-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program that is handed over to; it says when it is there, and what signal it got. */
const patient = "for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => { console.log('got ' + name); process.exit(7) })\nconsole.log('there ' + process.argv.slice(2).join(' '))\nsetInterval(() => {}, 1000)"

function handOver(program: string, { throughShell }: { throughShell: 'yes' | 'no' }) {
  const path = join(folder, 'program.mjs')
  writeFileSync(path, program)
  const starter = join(folder, 'start.mjs')
  writeFileSync(starter, `import { handOver } from ${JSON.stringify(join(root, 'main/setup/hand-over.mjs'))}\nprocess.exit(await handOver({ root: ${JSON.stringify(root)}, program: ${JSON.stringify(relative(root, path))}, args: ['--port', '5'] }))`)
  const env = { ...process.env, npm_lifecycle_event: 'loupe' }
  // The second command keeps the shell from handing over itself.
  return throughShell === 'yes' ? spawn('sh', ['-c', `"${process.execPath}" "${starter}"; exit 3`], { env }) : spawn(process.execPath, [starter], { env })
}

/** Sends a signal to the process once the program is there; resolves with what was printed and the exit code once all output is closed. */
function signalledWhenThere(child: ReturnType<typeof handOver>, signal: NodeJS.Signals): Promise<{ printed: string; code: number | null }> {
  return new Promise((done) => {
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (text.includes('there')) child.kill(signal)
    })
    child.once('close', (code) => done({ printed, code }))
  })
}

describe.runIf(process.platform !== 'win32')('what set-up hands over to', () => {
  it('gets its arguments and signals, and its exit code is that of the whole', async () => {
    expect(await signalledWhenThere(handOver(patient, { throughShell: 'no' }), 'SIGINT')).toEqual({ printed: 'there --port 5\ngot SIGINT\n', code: 7 })
  })

  it('is told to end where the shell under npm died of the signal alone', async () => {
    expect(await signalledWhenThere(handOver(patient, { throughShell: 'yes' }), 'SIGTERM')).toEqual({ printed: 'there --port 5\ngot SIGTERM\n', code: null })
  })
})
