/** Reads a number as people write it: 0.1, 1e-3, 60,000, 60_000, full-width digits. Null for what is not a number. */
export function parseNumber(text: string): number | null {
  const plain = text.normalize('NFKC').trim().replaceAll(/(?<=\d)[,_ ](?=\d{3}(?!\d))/g, '')
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null
  return Number(plain)
}

/** Reads numbers separated by commas, spaces or semicolons; null when one of them is not a number. No text is no numbers. */
export function parseNumbers(text: string): number[] | null {
  const parts = text
    .normalize('NFKC')
    .split(/[\s,;、]+/)
    .filter((part) => part !== '')
  const numbers = parts.map(parseNumber)
  return numbers.every((number) => number !== null) ? numbers : null
}
