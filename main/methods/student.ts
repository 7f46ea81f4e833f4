/**
 * P(T ≤ t) for Student's t with ν degrees of freedom.
 *
 * @see Abramowitz and Stegun 26.7.1: 1 − I_{ν/(ν+t²)}(ν/2, ½)/2 for t ≥ 0.
 */
export function studentProbability(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
  return t >= 0 ? 1 - tail : tail
}

/** The t with P(|T| ≤ t) = confidence, ν degrees of freedom. */
export function studentQuantile(confidence: number, degrees: number): number {
  const wanted = (1 + confidence) / 2
  let low = 0
  let high = 1
  while (studentProbability(high, degrees) < wanted) high *= 2
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (studentProbability(middle, degrees) < wanted) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(F > value) for the F distribution: how often chance alone gives a ratio of variances this large. */
export function fisherTail(value: number, numerator: number, denominator: number): number {
  return value <= 0 ? 1 : incompleteBeta(denominator / (denominator + numerator * value), denominator / 2, numerator / 2)
}

/**
 * I_x(a, b), the regularised incomplete beta function, by Lentz's continued fraction.
 *
 * @see Press et al., Numerical Recipes, section 6.4.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const guarded = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guarded(1 + even * d)
    c = guarded(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guarded(1 + odd * d)
    c = guarded(1 + odd / c)
    result *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return result
}

/** ln Γ(x) for x > 0 (Lanczos, g = 7, relative error below 1e-14). */
function logGamma(x: number): number {
  const coefficients = [676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7]
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const shifted = x - 1
  const base = shifted + 7.5
  const sum = coefficients.reduce((total, coefficient, i) => total + coefficient / (shifted + i + 1), 0.9999999999998099)
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum)
}
