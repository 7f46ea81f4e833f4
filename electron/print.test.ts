import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { printInWindow } from './print.ts'

const pdf = "%PDF-1.4 /CreationDate (D:20260112070000+00'00')"

describe('printing in a window of its own', () => {
  it('loads the page from a file that is gone afterwards, and dates the PDF as asked', async () => {
    let [file, seen, isDestroyed] = ['', '', false]
    const window = {
      loadFile: async (path: string) => {
        file = path
        seen = readFileSync(path, 'utf8')
      },
      destroy: () => void (isDestroyed = true),
      webContents: { printToPDF: async () => Buffer.from(pdf) },
    }
    const printed = await printInWindow({ page: '<p>損失</p>', at: 0, open: () => window })
    expect([seen, isDestroyed, existsSync(file)]).toEqual(['<p>損失</p>', true, false])
    expect(Buffer.from(printed).toString()).toBe("%PDF-1.4 /CreationDate (D:19700101000000+00'00')")
  })

  it('closes the window where printing fails', async () => {
    let isDestroyed = false
    const window = { loadFile: async () => {}, destroy: () => void (isDestroyed = true), webContents: { printToPDF: () => Promise.reject(new Error('no printer')) } }
    await expect(printInWindow({ page: '', at: 0, open: () => window })).rejects.toThrow('no printer')
    expect(isDestroyed).toBe(true)
  })
})
