import type { MethodId } from '../start/methods.ts'

/** A formula of a topic: its name in the texts, and TeX, which is the same in all languages. */
export interface HelpFormula<F extends string = string> {
  readonly name: F
  readonly tex: string
}

/** Where a method comes from. Titles stay as they were published. */
export interface HelpSource {
  readonly text: string
  readonly url?: string
}

export interface HelpTopic {
  readonly formulas: readonly HelpFormula[]
  /** Names of the texts on how to read what comes out. */
  readonly reading: readonly string[]
  /** Names of the texts on what goes wrong. */
  readonly pitfalls: readonly string[]
  readonly sources: readonly HelpSource[]
}

const arXiv = (text: string, id: string): HelpSource => ({ text: `${text}, arXiv:${id}`, url: `https://arxiv.org/abs/${id}` })

/** What the help pages of the methods are made of; their words are in the locale files, under the same names. */
export const helpTopics = {
  'critical-batch-size': {
    formulas: [
      { name: 'cost', tex: String.raw`N(b) = K(b)\, b` },
      { name: 'minimum', tex: String.raw`\frac{1}{K(b)} = a - \frac{s}{b}, \qquad b^{*} = \frac{2s}{a}` },
      { name: 'saturating', tex: String.raw`K(b) = S_{\min}\left(1 + \frac{B_c}{b}\right)` },
      { name: 'combined', tex: String.raw`K(b) = S\,\frac{1 + B/b}{1 - b_0/b}, \qquad b^{*} = b_0\left(1 + \sqrt{1 + B/b_0}\right)` },
      { name: 'noise', tex: String.raw`B_{\mathrm{simple}} = \frac{\operatorname{tr}\Sigma}{\lvert G\rvert^{2}}` },
    ],
    reading: ['verdict', 'interval', 'range'],
    pitfalls: ['target', 'rate', 'ends', 'next'],
    sources: [
      arXiv('Imaizumi and Iiduka 2024, “Iteration and Stochastic First-order Oracle Complexities of Stochastic Gradient Descent using Constant and Decaying Learning Rates”', '2402.15344'),
      arXiv('Tsukada and Iiduka 2025, “Relationship between Batch Size and Number of Steps Needed for Nonconvex Optimization of Stochastic Gradient Descent using Armijo Line Search”', '2307.13831'),
      arXiv('McCandlish et al. 2018, “An Empirical Model of Large-Batch Training”', '1812.06162'),
    ],
  },
  'loss-gap-batch': {
    formulas: [
      { name: 'gap', tex: String.raw`G = y - y_{0}, \qquad \hat G = \frac{m}{w}, \quad m \leftarrow r m + (1 - r) G,\; w \leftarrow r w + (1 - r),\; r = 2^{-\Delta S/H}` },
      { name: 'flat', tex: String.raw`\frac{s}{\operatorname{SE}(s)} > -t \;\Rightarrow\; B' = \min\left(B_{\max}, \gamma B\right)` },
      { name: 'diverging', tex: String.raw`\hat G > \hat G_{\min} + k\sigma \;\lor\; \hat G > \rho\, \hat G_{\min} \;\Rightarrow\; B' = \max\left(B_{\min}, \beta B\right)` },
    ],
    reading: ['course', 'arms', 'pairs'],
    pitfalls: ['plateau', 'window', 'rate'],
    sources: [
      { text: 'US 10,922,612 B2 (Mikami, Sony), claims 1 to 20' },
      arXiv('Devarakonda et al. 2017, “AdaBatch: Adaptive Batch Sizes for Training Deep Neural Networks”', '1712.02029'),
      arXiv('Smith et al. 2018, “Don’t Decay the Learning Rate, Increase the Batch Size”', '1711.00489'),
    ],
  },
  'gradient-quantization': {
    formulas: [
      { name: 'kept', tex: String.raw`\lvert x_i - m\rvert \ge \tau` },
      { name: 'normal', tex: String.raw`\tau = \sigma\,\Phi^{-1}\!\left(1 - \tfrac{\delta}{2}\right)` },
      { name: 'laplace', tex: String.raw`\tau = -b\,\ln\delta` },
      { name: 'cauchy', tex: String.raw`\tau = \gamma\cot\frac{\pi\delta}{2}` },
      { name: 'student', tex: String.raw`\tau = s\, t_{\nu}\!\left(1 - \tfrac{\delta}{2}\right)` },
      { name: 'memory', tex: String.raw`p = g + e, \qquad c = Q(p), \qquad e \leftarrow p - c` },
    ],
    reading: ['fit', 'ratio', 'trade'],
    pitfalls: ['family', 'memory', 'small'],
    sources: [
      { text: 'US 2020/0380356 A1 (Yoshiyama, Sony), claims 1 to 11' },
      arXiv('Lin et al. 2018, “Deep Gradient Compression”', '1712.01887'),
      arXiv('M Abdelmoniem et al. 2021, “An Efficient Statistical-based Gradient Compression Technique for Distributed Training Systems” (SIDCo)', '2101.10761'),
    ],
  },
  'feature-distillation': {
    formulas: [
      { name: 'loss', tex: String.raw`L = L_{\mathrm{task}}(z_1) + L_{\mathrm{task}}(z_2) + \lambda\, d\left(z_1, z_2\right)` },
      { name: 'closed', tex: String.raw`\frac{A_{1} - A_{0}}{A_{2} - A_{0}}` },
      { name: 'cka', tex: String.raw`\mathrm{CKA}(X, Y) = \frac{\lVert Y^{\top} X\rVert_F^{2}}{\lVert X^{\top} X\rVert_F\,\lVert Y^{\top} Y\rVert_F}` },
      { name: 'size', tex: String.raw`E = a\, P^{-b}` },
    ],
    reading: ['alone', 'choice', 'exits'],
    pitfalls: ['collapse', 'identity', 'rate'],
    sources: [
      arXiv('Zhang et al. 2019, “Be Your Own Teacher”', '1905.08094'),
      arXiv('Kornblith et al. 2019, “Similarity of Neural Network Representations Revisited” (CKA)', '1905.00414'),
      arXiv('Hinton, Vinyals and Dean 2015, “Distilling the Knowledge in a Neural Network”', '1503.02531'),
    ],
  },
  'channel-decorrelation': {
    formulas: [
      { name: 'correlation', tex: String.raw`\rho_{ij} = \frac{\langle \tilde z_i, \tilde z_j\rangle}{\lVert\tilde z_i\rVert\,\lVert\tilde z_j\rVert}` },
      { name: 'loss', tex: String.raw`L = w_2 L_{\mathrm{task}} + w_3\, \overline{\rho^{2}}_{u} + w_4\, \overline{\rho^{2}}_{\ell}` },
      { name: 'floor', tex: String.raw`\mathbb{E}\,\rho^{2} = \frac{1}{N - 1}` },
      { name: 'rank', tex: String.raw`R = \exp\Bigl(-\sum_k p_k \ln p_k\Bigr)` },
    ],
    reading: ['shares', 'map', 'variance'],
    pitfalls: ['floor', 'dead', 'draw'],
    sources: [
      { text: 'JP 7566705 B2 (Toshiba), claims and figures 3A to 3C' },
      arXiv('Cogswell et al. 2016, “Reducing Overfitting in Deep Networks by Decorrelating Representations” (DeCov)', '1511.06068'),
      arXiv('Bardes, Ponce and LeCun 2022, “VICReg”', '2105.04906'),
    ],
  },
} as const satisfies Record<MethodId, HelpTopic>
