import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LoupeError } from '../contract/errors.ts'
import { findChromium } from '../setup/programs.mjs'

/** Prints a page that stands alone. `at` is what the file says of when it was made; ms since 1970. */
export type PrintPdf = (options: { readonly page: string; readonly at: number }) => Promise<Uint8Array>

const LIMIT_MS = 120_000

/**
 * Prints a page that stands alone as a PDF, by the Chromium that is installed.
 *
 * @param options.at Milliseconds since 1970, UTC: what the file says of when it was made. The moment of printing would make each file another.
 * @throws LoupeError `unsupported` where there is no Chromium, or it fails.
 */
export async function printPdf(options: { readonly page: string; readonly at: number }): Promise<Uint8Array> {
  const chromium = findChromium()
  if (chromium === null) {
    const named = process.env['LOUPE_CHROMIUM']
    const missing = named ? `LOUPE_CHROMIUM names ${named}, which is not there` : 'none was found on the PATH or in the usual places'
    throw new LoupeError('unsupported', `A PDF is printed by Chromium, Chrome or Edge, and ${missing}. Install one (Debian: apt install chromium), name its program in LOUPE_CHROMIUM, or write .html and print that in any browser.`, {})
  }
  const folder = await mkdtemp(join(tmpdir(), 'loupe-print-'))
  try {
    const [source, target] = [join(folder, 'report.html'), join(folder, 'report.pdf')]
    await writeFile(source, options.page)
    await runChromium(chromium, ['--headless', '--disable-gpu', '--disable-extensions', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', `--user-data-dir=${join(folder, 'profile')}`, ...sandboxOf(), '--no-pdf-header-footer', `--print-to-pdf=${target}`, pathToFileURL(source).href])
    const printed = await readFile(target).catch(() => null)
    if (printed === null) throw new LoupeError('unsupported', `${chromium} ended without printing the PDF. Name another browser in LOUPE_CHROMIUM, or write .html and print that.`, { chromium })
    return withoutMoment(printed, options.at)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Chromium refuses to run as root with its sandbox; the page has no scripts and fetches nothing. */
function sandboxOf(): readonly string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

function runChromium(chromium: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(chromium, args, { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 }, (error, _, stderr) => {
      if (error === null) return resolve()
      const why = error.killed ? `did not end within ${LIMIT_MS / 1000} s` : `failed: ${stderr.trim().split('\n').at(-1) || error.message}`
      reject(new LoupeError('unsupported', `${chromium} ${why}. Name another browser in LOUPE_CHROMIUM, or write .html and print that.`, { chromium }))
    })
  })
}

/** Sets the dates that a PDF says of itself. They keep their length, so that the places of its parts stay right. */
export function withoutMoment(pdf: Uint8Array, at: number): Uint8Array {
  const digits = new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)
  const text = Buffer.from(pdf).toString('latin1').replace(/(\/(?:CreationDate|ModDate) \(D:)\d{14}/g, `$1${digits}`)
  return Buffer.from(text, 'latin1')
}
