/** The whole state of a {@link Random}: four unsigned 32-bit words. */
export type RandomState = readonly [number, number, number, number]

/**
 * A seeded source of random numbers (xoshiro128**), the only one that training code may use.
 *
 * The same seed gives the same numbers on every platform; the state can be saved in a checkpoint and restored.
 *
 * @see Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators", arXiv:1805.01407.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  private constructor(state: RandomState) {
    ;[this.#a, this.#b, this.#c, this.#d] = state
  }

  /** @param label  Keeps streams of one seed apart: `Random.seeded(1, 'init')` and `Random.seeded(1, 'order')` are independent. */
  static seeded(seed: number, label = ''): Random {
    let word = (seed ^ 0x9e3779b9) >>> 0
    for (const character of label) word = splitmix(word ^ (character.codePointAt(0) ?? 0))
    const next = () => (word = splitmix(word))
    return new Random([next(), next(), next(), next()])
  }

  static restored(state: RandomState): Random {
    return new Random(state)
  }

  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#d]
  }

  /** An unsigned 32-bit integer. */
  bits(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = rotate(this.#d, 11)
    this.#a >>>= 0
    this.#b >>>= 0
    this.#c >>>= 0
    this.#d >>>= 0
    return result
  }

  /** A number in [0, 1), with 53 random bits. */
  uniform(): number {
    return (this.bits() * 2 ** 21 + (this.bits() >>> 11)) / 2 ** 53
  }

  /**
   * An integer in [0, limit), without modulo bias.
   *
   * @see Lemire 2019, "Fast random integer generation in an interval", arXiv:1805.10941.
   */
  integer(limit: number): number {
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      throw new RangeError(`Random.integer needs a whole limit from 1 to ${MAX_LIMIT}, got ${limit}.`)
    }
    const threshold = 2 ** 32 % limit
    for (;;) {
      const product = this.bits() * limit // exact: 32 + 21 bits
      if (product % 2 ** 32 >= threshold) return Math.floor(product / 2 ** 32)
    }
  }

  /** A draw from the standard normal distribution (Box-Muller, one of the pair). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle(items: Int32Array): Int32Array {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const held = items[i]!
      items[i] = items[j]!
      items[j] = held
    }
    return items
  }
}

/** Above this, `bits() * limit` would not be exact in a double. */
const MAX_LIMIT = 2 ** 21

function rotate(word: number, by: number): number {
  return ((word << by) | (word >>> (32 - by))) >>> 0
}

function splitmix(word: number): number {
  let z = (word + 0x9e3779b9) >>> 0
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}
