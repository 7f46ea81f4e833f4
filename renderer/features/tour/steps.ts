/** One step of the first study: where it happens, and what it points at (`data-tour` of an element). */
export interface TourStep {
  readonly id: 'start' | 'progress' | 'curves' | 'verdict' | 'report'
  /** Name of the route that it belongs to. */
  readonly route: 'start' | 'study'
}

export const tourSteps: readonly TourStep[] = [
  { id: 'start', route: 'start' },
  { id: 'progress', route: 'study' },
  { id: 'curves', route: 'study' },
  { id: 'verdict', route: 'study' },
  { id: 'report', route: 'study' },
]

/**
 * The step to show after the page has changed: arriving at a study takes the first step as done; every other page leaves the step as it is.
 *
 * @param step  Place in `tourSteps`.
 */
export function stepAt(step: number, route: unknown): number {
  return step === 0 && route === 'study' ? 1 : step
}
