/** Points to try the page with: near K(b) = 10·b / (0.05·b − 1), so b₀ is 20 and b* 40, with a few percent of scatter between seeds. */
const measured: readonly (readonly [batch: number, steps: readonly number[]])[] = [
  [24, [1168, 1241, 1203]],
  [32, [521, 547, 536]],
  [48, [351, 338, 345]],
  [64, [286, 297, 290]],
  [128, [241, 233, 238]],
  [256, [214, 221, 216]],
  [512, [206, 212, 205]],
]

export const examplePoints = ['batch,seed,steps', ...measured.flatMap(([batch, steps]) => steps.map((count, index) => `${batch},${index + 1},${count}`))].join('\n')
