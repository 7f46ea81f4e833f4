import { describe, expect, it } from 'vitest'
import { studyConfig } from '../contract/study-config.ts'
import { extendedConfig, largestBatchSize, studySettings } from './study-settings.ts'

const comparison = (change: object = {}) => studyConfig.parse({ method: 'loss-gap-batch', comparison: { smallBatch: 16, largeBatch: 256, seeds: 2, ...change } })

describe('what the engine knows of a comparison', () => {
  it('is its lanes, its budget and its rate', () => {
    expect(studySettings(comparison({ parallelRuns: 3, budgetHours: 2, hourlyRate: 5 }))).toEqual({ parallelRuns: 3, budgetHours: 2, hourlyRate: 5 })
  })

  it('asks for the memory of the largest batch that is sure to be trained', () => {
    expect(largestBatchSize(comparison())).toBe(256)
    expect(largestBatchSize(comparison({ arms: ['controller', 'fixed-small'] }))).toBe(16)
    expect(largestBatchSize(studyConfig.parse({ method: 'critical-batch-size', sweep: { batchSizes: [8, 16, 32, 64] } }))).toBe(64)
  })

  it('is extended by seeds, changing nothing else, and neither cut nor given batch sizes', () => {
    const before = comparison()
    const after = extendedConfig(before, { batchSizes: [], maxSeeds: 4 })
    expect(after).toEqual(comparison({ seeds: 4 }))
    expect(() => extendedConfig(before, { batchSizes: [], maxSeeds: 1 })).toThrow("below the study's 2")
    expect(() => extendedConfig(before, { batchSizes: [64], maxSeeds: null })).toThrow('sweeps no batch sizes')
  })

  it('is the same of a comparison of compressed gradients, one run at a time where the workers are elsewhere', () => {
    const quantized = (change: object = {}, exchange: object = {}) => studyConfig.parse({ method: 'gradient-quantization', exchange, quantization: { batchSize: 96, seeds: 2, ...change } })
    expect(largestBatchSize(quantized())).toBe(96)
    expect(extendedConfig(quantized(), { batchSizes: [], maxSeeds: 5 })).toEqual(quantized({ seeds: 5 }))
    expect(() => extendedConfig(quantized(), { batchSizes: [64], maxSeeds: null })).toThrow('sweeps no batch sizes')
    expect(studySettings(quantized({ parallelRuns: 3, budgetHours: 2 }))).toEqual({ parallelRuns: 3, budgetHours: 2, hourlyRate: 0 })
    expect(studySettings(quantized({}, { workers: 2, hosts: ['a:1', 'b:1'] })).parallelRuns).toBe(1)
  })

  it('is the same of students that are distilled', () => {
    const distilled = (change: object = {}) => studyConfig.parse({ method: 'feature-distillation', students: { batchSize: 48, seeds: 2, ...change } })
    expect(largestBatchSize(distilled())).toBe(48)
    expect(extendedConfig(distilled(), { batchSizes: [], maxSeeds: 5 })).toEqual(distilled({ seeds: 5 }))
    expect(() => extendedConfig(distilled(), { batchSizes: [], maxSeeds: 1 })).toThrow("below the study's 2")
    expect(studySettings(distilled({ parallelRuns: 3, budgetHours: 2 }))).toEqual({ parallelRuns: 3, budgetHours: 2, hourlyRate: 0 })
  })

  it('is the same of decorrelated channels, whose steps also hold unlabelled examples and further labelled ones', () => {
    const decorrelated = (change: object = {}, decorrelation: object = {}) => studyConfig.parse({ method: 'channel-decorrelation', decorrelation, labels: { batchSize: 48, seeds: 2, ...change } })
    expect(largestBatchSize(decorrelated())).toBe(48 + 128)
    expect(largestBatchSize(decorrelated({}, { unlabelledSets: [{ batchSize: 32 }, { batchSize: 16 }], labelledSets: [{ batchSize: 8 }] }))).toBe(104)
    expect(largestBatchSize(decorrelated({ ways: ['supervised', '3c'] }))).toBe(48)
    expect(extendedConfig(decorrelated(), { batchSizes: [], maxSeeds: 5 })).toEqual(decorrelated({ seeds: 5 }))
    expect(() => extendedConfig(decorrelated(), { batchSizes: [64], maxSeeds: null })).toThrow('sweeps no batch sizes')
    expect(studySettings(decorrelated({ parallelRuns: 3, budgetHours: 2 }))).toEqual({ parallelRuns: 3, budgetHours: 2, hourlyRate: 0 })
  })
})
