import { expect, test } from 'vitest'
import type { DeviceInfo } from '../../tensorflow/runtime.ts'
import { poolFor, virtualDevices } from './device-pool.ts'

const gpu = (index: number, memoryBytes: number): DeviceInfo => ({ name: `/device:GPU:${index}`, kind: 'GPU', memoryBytes, description: '' })
const cpu: DeviceInfo = { name: '/device:CPU:0', kind: 'CPU', memoryBytes: 1e10, description: '' }

test('R21: the pool has the run’s GPU first, then others, each with the memory that variables and data leave', () => {
  const pool = poolFor({ device: '/device:GPU:1', all: [cpu, gpu(0, 8e9), gpu(1, 8e9), gpu(2, 4e9)], wanted: 2, atStart: 1, heldBytes: 1e9 })
  expect(pool.first).toBe('/device:GPU:1')
  expect(pool.table(['/device:GPU:1'])).toEqual([
    { name: '/device:GPU:1', state: 'in-use' },
    { name: '/device:GPU:0', state: 'free' },
  ])
  expect(pool.get('/device:GPU:0').stepBytes).toBe(7e9)
  expect(pool.sharedBytes).toBeNull()
  expect(() => pool.get('/device:GPU:2')).toThrow('It has /device:GPU:1, /device:GPU:0')
})

test('R21: without a GPU there are virtual CPU devices, which share the machine’s memory', () => {
  const pool = poolFor({ device: '/device:CPU:0', all: [cpu], wanted: 3, atStart: 2, heldBytes: 0 })
  expect(pool.table([]).map(({ name }) => name)).toEqual(['/device:CPU:0', '/device:CPU:1', '/device:CPU:2'])
  expect(pool.get('/device:CPU:2').stepBytes).toBe((pool.sharedBytes ?? 0) / 3)
  expect([virtualDevices({ device: '/device:CPU:0', wanted: 3 }), virtualDevices({ device: '/device:GPU:0', wanted: 3 })]).toEqual([3, 1])
})

test('refuses to start on more GPUs than there are', () => {
  expect(() => poolFor({ device: '/device:GPU:0', all: [gpu(0, 8e9)], wanted: 4, atStart: 2, heldBytes: 0 })).toThrow('to start on 2 devices (devicesAtStart), and there is 1 GPU')
})
