import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { locateLibrary } from './library.ts'
import { checkVersion, openTensorFlow } from './open.ts'
import { cacheFolder, libraryFiles } from './platform.ts'
import { statusError } from './status.ts'

describe('where the library is looked for', () => {
  let folder = ''
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'loupe-library-'))))
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  it('in the folder that LOUPE_TENSORFLOW names', () => {
    const files = libraryFiles()
    for (const file of [files.main, files.framework]) if (file) writeFileSync(join(folder, file), '')
    vi.stubEnv('LOUPE_TENSORFLOW', folder)
    expect(locateLibrary().main).toBe(join(folder, files.main))
  })

  it('says what is missing, where it looked and what to do', async () => {
    const empty = join(folder, 'empty')
    const error = await openTensorFlow({ libraryFolder: empty }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LoupeError)
    expect(error).toMatchObject({ code: 'library-missing', facts: { folders: [empty], file: libraryFiles().main } })
    expect(String(error)).toContain('node setup.mjs')
  })

  it("in the platform's cache folder, unless LOUPE_CACHE names another", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' }, 'linux')).toBe(join('/xdg', 'loupe'))
    expect(cacheFolder({}, 'darwin')).toMatch(/Library[\\/]Caches[\\/]loupe$/)
    expect(cacheFolder({ LOCALAPPDATA: 'C:\\local' }, 'win32')).toBe(join('C:\\local', 'loupe'))
    expect(cacheFolder({ LOUPE_CACHE: '/elsewhere', XDG_CACHE_HOME: '/xdg' }, 'linux')).toBe('/elsewhere')
  })

  it('knows what it is called on every platform', () => {
    expect(libraryFiles('linux')).toEqual({ main: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' })
    expect(libraryFiles('darwin')).toEqual({ main: 'libtensorflow_cc.2.dylib', framework: 'libtensorflow_framework.2.dylib' })
    expect(libraryFiles('win32')).toEqual({ main: '_pywrap_tensorflow_common.dll', framework: null })
  })
})

describe("TensorFlow's statuses as errors", () => {
  it('exhausted resources are out-of-memory', () => {
    expect(statusError(8, 'OOM when allocating\nmore', 'Running step "a"')).toMatchObject({ code: 'out-of-memory', facts: { status: 'RESOURCE_EXHAUSTED' } })
  })

  it('others keep their name and first line', () => {
    const error = statusError(3, 'bad shape\nstack', 'Running step "a"')
    expect(error.code).toBe('tensorflow')
    expect(error.message).toBe('Running step "a" failed in TensorFlow with INVALID_ARGUMENT: bad shape')
  })
})

describe('loading the library', () => {
  it('writes nothing to the terminal and lets the process end by itself', () => {
    const script = `import { openTensorFlow } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))}; console.log((await openTensorFlow()).version)`
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', `${script}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    expect(output).toBe('2.21.0\n')
  })
})

describe('the library’s version', () => {
  it('is the pinned one, or refused with both versions and what to do', () => {
    expect(() => checkVersion({ version: '2.21.0', folder: '/lib' })).not.toThrow()
    const refused = (() => {
      try {
        return checkVersion({ version: '2.19.1', folder: '/lib' })
      } catch (error) {
        return error
      }
    })()
    expect(refused).toMatchObject({ code: 'library-version', facts: { version: '2.19.1', expected: '2.21.0', folder: '/lib' }, message: expect.stringMatching(/node setup\.mjs/) })
  })
})
