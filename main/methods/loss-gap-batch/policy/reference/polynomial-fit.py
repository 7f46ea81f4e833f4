"""Reference values for the polynomial fits, from numpy: `python polynomial-fit.py > polynomial-fit.json`.

Nothing here shares code or method with the TypeScript: numpy.polyfit solves by singular values, and its covariance is scaled by the
residuals. The points are those of a noisy, flattening loss in buckets of unequal size.
"""

import json
from math import factorial

import numpy as np

rng = np.random.default_rng(11)
examples = np.array([32] * 10 + [64] * 8 + [128] * 6, float)
position = np.cumsum(examples) - examples / 2
x = (position - position[-1]) / (position[-1] - position[0])
y = 0.4 + 0.9 * np.exp(-2.5 * (x + 1)) + rng.standard_normal(x.size) * 0.3 / np.sqrt(examples)

fits = []
for degree in (1, 2, 3, 4, 5):
    coefficients, covariance = np.polyfit(x, y, degree, w=np.sqrt(examples), cov=True)
    rest = y - np.polyval(coefficients, x)
    variance = float(np.sum(examples * rest**2) / (x.size - degree - 1))
    fits.append(
        {
            "degree": degree,
            "derivatives": [factorial(n) * c for n, c in enumerate(coefficients[::-1])],
            "standardErrors": [factorial(n) * e for n, e in enumerate(np.sqrt(np.diag(covariance))[::-1])],
            "deviation": float(np.sqrt(variance / examples.mean())),
        }
    )

print(json.dumps({"points": [{"x": a, "y": b, "weight": w} for a, b, w in zip(x, y, examples)], "fits": fits}, indent=1))
