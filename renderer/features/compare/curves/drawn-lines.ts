import type { ComparedCurves, ComparedLine, PackedNumbers } from '../../../../main/contract/compare-curves.ts'

/** One line as it is drawn: points in order, with what each stands for. */
export interface DrawnLine {
  readonly id: string
  readonly said: ComparedLine
  readonly x: Float64Array
  readonly mean: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly count: Float64Array
  readonly smoothed: Float64Array | null
  readonly low: Float64Array | null
  readonly high: Float64Array | null
  readonly runs: Float64Array | null
}

/** The lines of an answer, each with its part of the columns. */
export function drawnLines({ lines, columns }: Pick<ComparedCurves, 'lines' | 'columns'>): DrawnLine[] {
  const all = {
    x: unpack(columns.x),
    mean: unpack(columns.mean),
    min: unpack(columns.min),
    max: unpack(columns.max),
    count: unpack(columns.count),
    smoothed: columns.smoothed && unpack(columns.smoothed),
    low: columns.low && unpack(columns.low),
    high: columns.high && unpack(columns.high),
    runs: columns.runs && unpack(columns.runs),
  }
  let from = 0
  return lines.map((said) => {
    const [start, end] = [from, (from += said.points)]
    const part = (column: Float64Array) => column.subarray(start, end)
    const maybe = (column: Float64Array | null) => column && part(column)
    return { id: said.id, said, x: part(all.x), mean: part(all.mean), min: part(all.min), max: part(all.max), count: part(all.count), smoothed: maybe(all.smoothed), low: maybe(all.low), high: maybe(all.high), runs: maybe(all.runs) }
  })
}

/** The line that is read: the smoothed one, or the mean of each point's values. */
export function readLine({ smoothed, mean }: Pick<DrawnLine, 'smoothed' | 'mean'>): Float64Array {
  return smoothed ?? mean
}

export function unpack({ kind, base64 }: PackedNumbers): Float64Array {
  const { buffer } = bytesOf(base64)
  return kind === 'float64' ? new Float64Array(buffer) : new Float64Array(new Float32Array(buffer))
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const native: unknown = Reflect.get(Uint8Array, 'fromBase64')
  // Ten times as fast where the browser has it; the type of the languages' library is behind.
  if (typeof native === 'function') return native.call(Uint8Array, base64) as Uint8Array<ArrayBuffer>
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
