import type { Pointer } from './c-api.ts'

let live = 0

/** How many C objects Loupe holds now: tensors, graphs, sessions, statuses and the like. Back at its start value once all is closed. */
export function liveObjects(): number {
  return live
}

/** Counts an object that Loupe now owns, and returns it. Null pointers own nothing. */
export function acquired(object: Pointer): Pointer {
  if (object) live += 1
  return object
}

/** Counts an object that is about to be freed, and returns it. */
export function released(object: Pointer): Pointer {
  if (object) live -= 1
  return object
}
