import { expect, it } from 'vitest'
import { ExchangeRequests } from './exchange-requests.ts'

it('a snapshot is wanted from the asking until somebody takes the request, once', () => {
  const requests = new ExchangeRequests()
  expect([requests.snapshotWanted(), requests.takeSnapshotRequest()]).toEqual([false, false])
  requests.askSnapshot()
  requests.askSnapshot()
  expect([requests.snapshotWanted(), requests.snapshotWanted()]).toEqual([true, true])
  expect([requests.takeSnapshotRequest(), requests.takeSnapshotRequest(), requests.snapshotWanted()]).toEqual([true, false, false])
})
