/** Words of a Philox block. */
type Block = [number, number, number, number]

/**
 * The random numbers of TensorFlow's stateless ops, in JavaScript, for the reference backend: the same seed gives the same bits.
 *
 * @returns `length` unsigned 32-bit integers.
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3": Philox 4x32, 10 rounds. The seed is mixed as in
 *   TensorFlow's `stateless_random_ops.cc`.
 */
export function philoxBits(length: number, seed: readonly [number, number]): Uint32Array {
  const [low, high] = seed
  const mixed = philox([low >>> 0, low < 0 ? 0xffffffff : 0, high >>> 0, high < 0 ? 0xffffffff : 0], 0x3ec8f720, 0x02461e29)
  const bits = new Uint32Array(Math.ceil(length / 4) * 4)
  for (let block = 0; block * 4 < length; block++) bits.set(philox([block, 0, mixed[2], mixed[3]], mixed[0], mixed[1]), block * 4)
  return bits.subarray(0, length)
}

/** Uniform numbers in [0, 1) with 23 random bits, as TensorFlow makes them. */
export function philoxUniform(length: number, seed: readonly [number, number]): Float32Array {
  return Float32Array.from(philoxBits(length, seed), unit)
}

/** Standard normal numbers by Box and Muller's transform, as TensorFlow makes them, to float rounding. */
export function philoxNormal(length: number, seed: readonly [number, number]): Float32Array {
  const bits = philoxBits(length + (length % 2), seed)
  const normal = new Float32Array(length)
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(Math.max(unit(bits[i]!), 1e-7)))
    const angle = 2 * Math.PI * unit(bits[i + 1]!)
    normal[i] = radius * Math.sin(angle)
    if (i + 1 < length) normal[i + 1] = radius * Math.cos(angle)
  }
  return normal
}

function unit(bits: number): number {
  return (bits & 0x7fffff) / 2 ** 23
}

function philox(counter: Block, key0: number, key1: number): Block {
  let [a, b, c, d] = counter
  for (let round = 0; round < 10; round++) {
    const first = multiply(0xd2511f53, a)
    const second = multiply(0xcd9e8d57, c)
    ;[a, b, c, d] = [(second.high ^ b ^ key0) >>> 0, second.low, (first.high ^ d ^ key1) >>> 0, first.low]
    key0 = (key0 + 0x9e3779b9) >>> 0
    key1 = (key1 + 0xbb67ae85) >>> 0
  }
  return [a, b, c, d]
}

/** The 64-bit product of two unsigned 32-bit integers. */
function multiply(x: number, y: number): { high: number; low: number } {
  const low = (x & 0xffff) * y // 48 bits: exact
  const middle = (x >>> 16) * y + Math.floor(low / 0x10000)
  return { high: Math.floor(middle / 0x10000), low: Math.imul(x, y) >>> 0 }
}
