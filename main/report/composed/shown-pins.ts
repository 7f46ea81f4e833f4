import type { ComposedBlock, Pin } from '../../contract/composed-report.ts'

/** The pins that a report shows, each once, in its order. */
export function shownPins(blocks: readonly ComposedBlock[], pins: ReadonlyMap<string, Pin>): readonly Pin[] {
  const ids = new Set(blocks.flatMap((block) => (block.kind === 'data' && block.pinId !== null ? [block.pinId] : [])))
  return [...ids].flatMap((id) => pins.get(id) ?? [])
}
