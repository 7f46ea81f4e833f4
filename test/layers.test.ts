import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Which folders a folder may import, itself excepted: `docs/architecture.md` in a form that a machine can hold. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'main/contract': ['main/methods/*/config.ts', 'main/methods/*/report.ts'],
  'main/tensorflow': ['main/contract', 'resources'],
  'main/cluster': ['main/contract', 'main/tensorflow', 'main/engine/environment.ts', 'main/serve/access.ts'],
  'main/training': ['main/contract', 'main/tensorflow', 'resources'],
  'main/methods': ['main/contract', 'main/tensorflow', 'main/training/random.ts', 'main/training/exchange/compressor.ts', 'main/training/exchange/flat-layout.ts', 'main/training/exchange/check-exchange.ts'],
  'main/log': ['main/contract'],
  'main/compare': ['main/contract', 'main/log', 'main/methods/spread.ts', 'main/training/random.ts'],
  'main/import': ['main/contract', 'main/log'],
  'main/export': ['main/contract', 'main/log'],
  'main/report': ['main/contract', 'main/log', 'main/methods'],
  'main/engine': ['main', 'resources'],
  'main/serve': ['main', 'resources'],
  'main/cli': ['main', 'resources', 'package.json'],
  'main/setup': ['resources'],
  renderer: ['main/contract', 'main/compare/settings', 'main/methods/spread.ts', 'main/methods/*/config.ts', 'main/methods/*/report.ts', 'main/methods/*/next-stage.ts', 'main/methods/*/policy', 'main/methods/*/distributions', 'main/methods/gradient-quantization/bit-histogram.ts', 'main/methods/gradient-quantization/fit-histogram.ts', 'main/methods/gradient-quantization/fit-logged.ts'],
  electron: ['main/contract', 'main/log', 'main/serve', 'main/engine'],
}

/** The only folder that may import a package at run time. */
const doors: Readonly<Record<string, string>> = {
  'better-sqlite3': 'main/log',
  electron: 'electron',
  koffi: 'main/tensorflow',
  '@tensorflow/tfjs': 'main/tensorflow',
  '@tensorflow/tfjs-node-gpu': 'main/tensorflow',
  echarts: 'renderer/charts',
}

interface Import {
  readonly file: string
  readonly target: string
  readonly isType: boolean
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue|mjs)$/.test(entry.name) && !/\.(test|e2e)\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(test|reference)\//.test(path))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = [...text.matchAll(/(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'"\n;]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g)]
  return found.map((match) => ({ file, isType: match[2] !== undefined, target: match[3] ?? match[4] ?? '' }))
}

const all = ['main', 'renderer', 'electron'].flatMap(sources).flatMap(importsOf)

function matches(path: string, pattern: string): boolean {
  const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}(/|$)`)
  return expression.test(path)
}

describe('the folders', () => {
  it('import only what the architecture lets them', () => {
    const wrong = all
      .filter(({ target }) => target.startsWith('.'))
      .map(({ file, target }) => ({ file, to: relative(root, resolve(root, dirname(file), target)) }))
      .filter(({ file, to }) => {
        const own = Object.keys(mayImport).find((folder) => matches(file, folder))
        if (own === undefined || matches(to, own)) return false
        return !(mayImport[own] ?? []).some((pattern) => matches(to, pattern))
      })
    expect(wrong).toEqual([])
  })

  it('leave each risky package to its one door', () => {
    const wrong = all.filter(({ file, target, isType }) => {
      const package_ = Object.keys(doors).find((name) => target === name || target.startsWith(`${name}/`))
      return package_ !== undefined && !isType && !matches(file, doors[package_] ?? '')
    })
    expect(wrong).toEqual([])
  })

  it('let training and the methods reach TensorFlow by its five doors', () => {
    const doorFiles = ['dynamic-tensor.ts', 'ops.ts', 'tf.ts', 'runtime.ts', 'with-gradient.ts'].map((name) => `main/tensorflow/${name}`)
    const wrong = all
      .filter(({ file, target }) => /^main\/(training|methods)\//.test(file) && target.startsWith('.'))
      .map(({ file, target }) => ({ file, to: relative(root, resolve(root, dirname(file), target)) }))
      .filter(({ to }) => matches(to, 'main/tensorflow') && !doorFiles.includes(to))
    expect(wrong).toEqual([])
  })

  it('keep methods apart from each other', () => {
    const methodOf = (path: string) => /^main\/methods\/([^/]+)\//.exec(path)?.[1]
    const wrong = all
      .filter(({ file, target }) => target.startsWith('.') && methodOf(file) !== undefined)
      .filter(({ file, target }) => {
        const to = methodOf(relative(root, resolve(root, dirname(file), target)))
        return to !== undefined && to !== methodOf(file)
      })
    expect(wrong).toEqual([])
  })

  it('hold no file over 400 lines', () => {
    const long = ['main', 'renderer', 'electron', 'bench', 'test'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|vue|mjs|py)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => readFileSync(path, 'utf8').split('\n').length > 401),
    )
    expect(long).toEqual([])
  })
})
