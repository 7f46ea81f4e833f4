import { describe, expect, it } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import type { AnyEvent } from '../contract/events.ts'
import { openLogWriter } from '../log/open.ts'
import { temporaryWorkspace } from '../log/temporary-log.ts'
import { LogGate } from './log-gate.ts'

/** Refuses a write as often as there are errors, then takes it. */
async function writeThrough(errors: LoupeError[]) {
  using workspace = temporaryWorkspace()
  const writer = openLogWriter({ workspace: workspace.folder })
  const events: AnyEvent[] = []
  const gate = new LogGate({ writer, emit: (event) => void events.push(event), retryMs: 5 })
  try {
    const value = await gate.write(() => {
      const error = errors.shift()
      if (error !== undefined) throw error
      return 7
    })
    return { value, kinds: events.map((event) => (event.name === 'log.event' ? event.payload.event.kind : event.name)) }
  } finally {
    gate.close()
    writer.close()
  }
}

describe('the gate to the log', () => {
  it('waits while another program holds the file, and while the disk is full', async () => {
    for (const held of [new LoupeError('conflict', 'held by another program (SQLITE_BUSY)', { sqlite: 'SQLITE_BUSY' }), new LoupeError('disk-full', 'no room', {})]) {
      expect(await writeThrough([held])).toEqual({ value: 7, kinds: ['log.unwritable', 'log.recovered'] })
    }
  })

  it('does not wait for another writer that has taken the workspace over, nor for what is wrong with the write', async () => {
    await expect(writeThrough([new LoupeError('conflict', 'taken over', { pid: 1 })])).rejects.toMatchObject({ message: 'taken over' })
    await expect(writeThrough([new LoupeError('not-found', 'no such run', {})])).rejects.toMatchObject({ code: 'not-found' })
  })
})
