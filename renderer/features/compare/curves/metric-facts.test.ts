import { describe, expect, it } from 'vitest'
import { metrics } from '../../../locales/en/metrics.ts'
import { metricFacts } from './metric-facts.ts'

describe('what is known of a metric', () => {
  it('is its name, unit and course where it is one of Loupe’s', () => {
    expect(metricFacts('time/step', metrics)).toEqual({ name: metrics['time/step'], unit: 'ms', isHeld: false })
    expect(metricFacts('step/learning-rate', metrics).isHeld).toBe(true)
  })

  it('is its own name where another tool logged it, also one that any object has', () => {
    expect(metricFacts('val_loss', metrics)).toEqual({ name: 'val_loss', unit: '', isHeld: false })
    expect(metricFacts('constructor', metrics).name).toBe('constructor')
  })
})
