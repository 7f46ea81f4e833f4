const word = new DataView(new ArrayBuffer(4))

/** A number of bfloat16, the upper half of a float32. @example brainNumber(0x3fc0)  // 1.5 */
export function brainNumber(bits: number): number {
  word.setUint32(0, (bits & 0xffff) * 0x10000)
  return word.getFloat32(0)
}

/** A number of IEEE 754's binary16. @example halfNumber(0x3e00)  // 1.5 */
export function halfNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
