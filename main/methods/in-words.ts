/** How many times something is something else. */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)} times`
}

/** A difference of accuracies in points, with its sign unless it is plain. */
export function points(share: number, style: 'signed' | 'plain' = 'signed'): string {
  const text = Math.abs(share * 100).toFixed(2)
  const sign = style === 'plain' ? '' : Number(text) === 0 ? '±' : share < 0 ? '−' : '+'
  return `${sign}${text} points`
}

/** A probability as an interval is called by, such as `95 %`. */
export function confidenceInWords(confidence: number): string {
  return `${Math.round(confidence * 100)} %`
}
