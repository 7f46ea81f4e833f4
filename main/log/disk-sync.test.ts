import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DiskSync } from './disk-sync.ts'
import { temporaryWorkspace } from './temporary-log.ts'

describe('DiskSync', () => {
  it('waits for what was written, and has nothing to wait for afterwards', () => {
    using workspace = temporaryWorkspace()
    const path = join(workspace.folder, 'file')
    const disk = new DiskSync(path)
    disk.settle() // nothing was written: the file need not be there
    writeFileSync(path, 'some')
    disk.written()
    disk.settle()
    disk.close()
    rmSync(path)
    disk.settle()
  })

  it('has nothing left to wait for once the disk has answered in the background, for all writes that came meanwhile', async () => {
    using workspace = temporaryWorkspace()
    const path = join(workspace.folder, 'file')
    writeFileSync(path, 'some')
    const disk = new DiskSync(path)
    for (let write = 0; write < 5; write++) disk.written()
    await new Promise((resolve) => setTimeout(resolve, 500))
    disk.close()
    rmSync(path)
    expect(() => disk.settle()).not.toThrow()
  })

  it('says to the next who waits that the disk did not take it, until it does', () => {
    using workspace = temporaryWorkspace()
    const path = join(workspace.folder, 'file')
    const disk = new DiskSync(path)
    disk.written()
    for (let attempt = 0; attempt < 2; attempt++) expect(() => disk.settle()).toThrow(expect.objectContaining({ code: 'disk-full', message: expect.stringContaining('ENOENT') }))
    writeFileSync(path, 'some')
    disk.settle()
    disk.close()
  })

  it('leaves no file open, also where it is closed before the disk has answered', async ({ skip }) => {
    if (process.platform !== 'linux') return skip('counting open files needs /proc')
    using workspace = temporaryWorkspace()
    const path = join(workspace.folder, 'file')
    writeFileSync(path, 'some')
    const before = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 10; i++) {
      const disk = new DiskSync(path)
      disk.written()
      disk.close()
    }
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })
})
