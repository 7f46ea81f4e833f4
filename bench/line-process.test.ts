import { expect, it } from 'vitest'
import { z } from '../main/contract/zod.ts'
import { LineProcess } from './line-process.ts'

const number = z.object({ value: z.number() })

function node(code: string): LineProcess {
  return new LineProcess({ name: 'child', command: process.execPath, arguments: ['-e', code] })
}

it('gets one answer a line and turns an error into one of ours', async () => {
  const child = node(`require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { x } = JSON.parse(line)
    console.log(JSON.stringify(x < 0 ? { error: 'below zero' } : { value: x * 2 }))
  })`)
  expect(await child.ask({ x: 21 }, number)).toEqual({ value: 42 })
  await expect(child.ask({ x: -1 }, number)).rejects.toMatchObject({ code: 'internal', message: 'child: below zero' })
  expect(await child.ask({ x: 1 }, number)).toEqual({ value: 2 })
  await child.close()
})

it('says what a process wrote before it died', async () => {
  const child = node(`process.stdin.once('data', () => { console.error('no such module'); process.exitCode = 1; process.stdin.destroy() })`)
  await expect(child.ask({ x: 1 }, number)).rejects.toMatchObject({ message: expect.stringContaining('no such module') })
  await child.close()
})

it('says so when a process cannot be started', async () => {
  const child = new LineProcess({ name: 'nobody', command: '/nowhere/python', arguments: [] })
  await expect(child.ask({ x: 1 }, number)).rejects.toMatchObject({ message: expect.stringContaining('nobody ended without an answer') })
  await child.close()
})
