/** A moment as lists show it, in UTC to the minute. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}
