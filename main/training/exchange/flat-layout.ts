/** A tensor of the model as it lies in the flat gradient. */
export interface FlatTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Of its first element, in the flat vector. */
  readonly start: number
  readonly elements: number
}

/** Tensors that are fitted and thresholded together: a tensor, a layer, a group or the whole model. */
export interface FlatUnit {
  readonly name: string
  readonly tensors: readonly FlatTensor[]
  readonly firstRow: number
  readonly rows: number
  /** Real ones: the last row is filled up with zeros. */
  readonly elements: number
}

/**
 * Where each gradient lies in the one flat float32 vector that a worker compresses.
 *
 * Units follow one another, each on whole rows of {@link ROW} elements, so that what holds for a unit, such as its threshold, holds for
 * whole rows. What fills the last row of a unit is 0. Small tensors are not in it: they are sent as they are.
 */
export interface FlatLayout {
  readonly units: readonly FlatUnit[]
  readonly rows: number
  /** rows · ROW. */
  readonly size: number
  /** Without what fills rows up. */
  readonly elements: number
  /** Tensors that are sent whole. */
  readonly dense: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

/** Elements of a row: a selection first looks for rows that hold something, then inside of those. */
export const ROW = 32

export type FitUnit = 'tensor' | 'layer' | 'model'

export interface LayoutOptions {
  /** By name, such as `block1/kernel`; the layer is what stands before the last slash. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly unit: FitUnit
  /** Elements below which a tensor is sent whole. */
  readonly minTensor: number
}

/**
 * Lays the gradients of a model out.
 *
 * @example An MLP's `hidden/kernel` of 784·256 elements is one unit of 6272 rows; its bias of 256, below a `minTensor` of 1000, is dense.
 */
export function layOut({ tensors, unit, minTensor }: LayoutOptions): FlatLayout {
  const isDense = ({ shape }: { readonly shape: readonly number[] }) => sizeOf(shape) < Math.max(1, minTensor)
  const groups = Map.groupBy(tensors.filter((tensor) => !isDense(tensor)), ({ name }) => unitOf(name, unit))
  const units: FlatUnit[] = []
  let row = 0
  for (const [name, members] of groups) {
    let start = row * ROW
    const placed = members.map((member) => {
      const tensor = { ...member, start, elements: sizeOf(member.shape) }
      start += tensor.elements
      return tensor
    })
    const elements = start - row * ROW
    const rows = Math.ceil(elements / ROW)
    units.push({ name, tensors: placed, firstRow: row, rows, elements })
    row += rows
  }
  return { units, rows: row, size: row * ROW, elements: units.reduce((sum, { elements }) => sum + elements, 0), dense: tensors.filter(isDense) }
}

function unitOf(name: string, unit: FitUnit): string {
  if (unit === 'model') return 'model'
  return unit === 'tensor' ? name : name.slice(0, Math.max(0, name.lastIndexOf('/'))) || name
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
