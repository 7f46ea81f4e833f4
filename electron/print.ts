import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withoutMoment } from '../main/serve/print-pdf.ts'

/** What is used of a window to print. */
export interface PrintWindow {
  loadFile(path: string): Promise<void>
  destroy(): void
  readonly webContents: { printToPDF(options: { readonly preferCSSPageSize: boolean; readonly printBackground: boolean }): Promise<Uint8Array> }
}

/**
 * Prints a page that stands alone as a PDF, in a window of its own that nobody sees and that runs no script: no browser need be installed.
 *
 * @param options.at Milliseconds since 1970, UTC: what the file says of when it was made.
 */
export async function printInWindow({ page, at, open }: { readonly page: string; readonly at: number; readonly open: () => PrintWindow }): Promise<Uint8Array> {
  // A file, because an address with the page in it has a limit that reports reach.
  const folder = await mkdtemp(join(tmpdir(), 'loupe-print-'))
  const window = open()
  try {
    const file = join(folder, 'report.html')
    await writeFile(file, page)
    await window.loadFile(file)
    return withoutMoment(await window.webContents.printToPDF({ preferCSSPageSize: true, printBackground: true }), at)
  } finally {
    window.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}
