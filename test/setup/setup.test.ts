import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loupe-setup-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Set-up with nothing on the PATH but what the test puts there, and an empty cache. */
function setUp(env: Record<string, string> = {}) {
  const inherited = { ...process.env }
  delete inherited['LOUPE_TENSORFLOW']
  const ran = spawnSync(process.execPath, [join(root, 'setup.mjs'), '--quiet'], { encoding: 'utf8', env: { ...inherited, PATH: folder, LOUPE_CACHE: join(folder, 'cache'), ...env } })
  return { code: ran.status, said: ran.stderr, printed: ran.stdout }
}

/** Puts a program on that PATH. */
function program(name: string, script: string): void {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

describe.runIf(process.platform === 'linux')('set-up', () => {
  it('says that Python is missing and how to get it', () => {
    const { code, said } = setUp()
    expect(code).toBe(1)
    expect(said).toMatch(/Python 3 with pip is needed/)
    expect(said).toMatch(/apt install python3-pip/)
  })

  it('says that pip could not download, and leaves nothing half done', () => {
    program('python3', 'case "$*" in *--version*) echo "pip 24.0 from x";; *) echo "no network" >&2; exit 1;; esac')
    const { code, said } = setUp()
    expect(code).toBe(1)
    expect(said).toMatch(/no network/)
    expect(said).toMatch(/pip could not download TensorFlow/)
    expect(existsSync(join(folder, 'cache', 'tensorflow', '2.21.0-cpu', '.complete'))).toBe(false)
  })

  it('refuses and deletes a wheel that does not match its pinned SHA-256', () => {
    const pins = { x64: 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl', arm64: 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl' }
    const wheel = process.arch === 'arm64' ? pins.arm64 : pins.x64
    program('python3', `case "$*" in *--version*) echo "pip 24.0 from x";; *download*) echo garbage > "$LOUPE_CACHE/downloads/${wheel}";; esac`)
    const { code, said } = setUp()
    expect(code).toBe(1)
    expect(said).toMatch(/does not match its pinned SHA-256/)
    expect(readdirSync(join(folder, 'cache', 'downloads'))).toEqual([])
  })

  it('says nothing and prints nothing when nothing is missing', () => {
    symlinkSync('/bin/true', join(folder, 'nothing'))
    const { code, said, printed } = setUp({ LOUPE_TENSORFLOW: folder })
    expect({ code, said, printed }).toEqual({ code: 0, said: '', printed: '' })
  })
})

describe('the npm scripts', () => {
  it('are one program each, which gets what stands behind --, and npm nothing of it', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    for (const name of ['start', 'test', 'loupe', 'bench']) expect(scripts[name]).toMatch(/^node setup\.mjs( --\w+)* --run \S+\.ts$/)
  })
})
