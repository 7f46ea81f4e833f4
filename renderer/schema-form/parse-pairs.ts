import { parseNumber } from './parse-number.ts'

/** Reads `0: 32, 5: 64` as rows of two numbers; null where something does not read. An empty text is no rows. */
export function parsePairs(text: string, keys: readonly [string, string]): Record<string, number>[] | null {
  const rows = text.split(/[,;、\n]+/).map((row) => row.trim()).filter(Boolean)
  const pairs = rows.map((row) => {
    const [first, second, ...rest] = row.split(/\s*[:：]\s*/)
    const [left, right] = [parseNumber(first ?? ''), parseNumber(second ?? '')]
    return left === null || right === null || rest.length > 0 ? null : { [keys[0]]: left, [keys[1]]: right }
  })
  return pairs.every((pair) => pair !== null) ? pairs : null
}
