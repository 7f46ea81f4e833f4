import { describe, expect, it } from 'vitest'
import { openLogWriter } from '../log/open.ts'
import { namedRun, namedStudy, temporaryWorkspace } from '../log/temporary-log.ts'
import { spawnLoupe } from './test/spawn-loupe.ts'

/** Three that wait: run-000001 `first`, study-0001 `sweep`, run-000002 `last`. */
function fill(folder: string): void {
  const log = openLogWriter({ workspace: folder, now: () => 1_700_000_000_000 })
  log.createRun({ studyId: null, key: '', config: namedRun('first') })
  log.createStudy(namedStudy('sweep'))
  log.createRun({ studyId: null, key: '', config: namedRun('last') })
  log.close()
}

describe('loupe queue', () => {
  it('lists what waits in its order, and changes order, priority, holds and pause in the log', { timeout: 120_000 }, async () => {
    using workspace = temporaryWorkspace()
    fill(workspace.folder)
    const queue = async (...args: readonly string[]) => await spawnLoupe(['queue', ...args, '--workspace', workspace.folder])
    expect((await queue()).stdout).toBe(`id          status  priority  since             name
run-000001  queued  normal    2023-11-14 22:13  first
study-0001  queued  normal    2023-11-14 22:13  sweep
run-000002  queued  normal    2023-11-14 22:13  last
`)
    const order = ({ stdout }: { readonly stdout: string }) => stdout.trim().split('\n').slice(1).map((line) => line.split(/ {2,}/).filter((_, column) => column !== 3).join(' '))
    expect(order(await queue('move', 'run-2', '--before', 'study-1'))).toEqual(['run-000001 queued normal first', 'run-000002 queued normal last', 'study-0001 queued normal sweep'])
    expect(order(await queue('priority', 'study-1', 'high'))).toEqual(['study-0001 queued high sweep', 'run-000001 queued normal first', 'run-000002 queued normal last'])
    expect(order(await queue('hold', 'run-1'))[1]).toBe('run-000001 held normal first')
    expect(order(await queue('cancel', 'study-1'))).toEqual(['run-000001 held normal first', 'run-000002 queued normal last'])
    const paused = await queue('pause', '--json')
    expect(paused.lines.at(-1)).toMatchObject({ settings: { isPaused: true, sideBySide: 1 }, entries: [{ turn: 1, id: 'run-000001', isHeld: true }, { turn: 2, id: 'run-000002' }] })
    expect((await queue('resume')).stderr).not.toContain('paused')
  })

  it('says what is wrong with what it was asked, and who has the queue open', { timeout: 120_000 }, async () => {
    using workspace = temporaryWorkspace()
    fill(workspace.folder)
    const queue = async (...args: readonly string[]) => await spawnLoupe(['queue', ...args, '--workspace', workspace.folder])
    expect(await queue('move', 'run-1')).toMatchObject({ code: 2, stderr: expect.stringContaining('--before ID or --after ID') })
    expect(await queue('priority', 'run-1', 'urgent')).toMatchObject({ code: 2, stderr: expect.stringContaining('low, normal, high, got urgent') })
    expect(await queue('dance')).toMatchObject({ code: 2, stderr: expect.stringContaining('does not know "dance"') })
    expect(await queue('hold')).toMatchObject({ code: 2, stderr: expect.stringContaining('Say which one') })
    expect(await queue('hold', 'run-9')).toMatchObject({ code: 2, stderr: expect.stringContaining('no study or run "run-9"') })
    const holder = openLogWriter({ workspace: workspace.folder, owner: 'the window' })
    expect(await queue('pause')).toMatchObject({ code: 1, stderr: expect.stringMatching(/in use by the window .*changed in its window/) })
    expect(await queue()).toMatchObject({ code: 0, stdout: expect.stringContaining('study-0001') })
    holder.close()
  })
})
