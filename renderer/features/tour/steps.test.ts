import { describe, expect, it } from 'vitest'
import { en } from '../../locales/en/index.ts'
import { stepAt, tourSteps } from './steps.ts'

describe('the first study, step by step', () => {
  it('goes on by itself when the study is there, and waits on every other page', () => {
    expect(stepAt(0, 'start')).toBe(0)
    expect(stepAt(0, 'study')).toBe(1)
    expect(stepAt(3, 'study')).toBe(3)
    expect(stepAt(3, 'runs')).toBe(3)
  })

  it('says something at every step', () => {
    expect(tourSteps.map(({ id }) => id)).toEqual(Object.keys(en.tour.step))
  })
})
