"""Reference values for the fits, from numpy and scipy: `python fits.py > fits.json`.

Nothing here shares code or method with the TypeScript: the straight line comes from a least-squares solver, the interval of the
ratio from solving the t statistic for it, the combined law from a general optimiser started at many places.
"""

import json

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(7)
sizes = np.repeat([128, 160, 256, 512, 1024, 2048], 3)
steps = np.round(sizes / (0.001 * sizes - 0.1) * np.exp(0.1 * rng.standard_normal(sizes.size)), 3)
x, y = 1 / sizes, 1 / steps


def line(weight):
    root = np.sqrt(weight)
    design = np.stack([root, root * x], 1)
    beta, *_ = np.linalg.lstsq(design, root * y, rcond=None)
    return beta, np.linalg.inv(design.T @ design), float(np.sum(weight * (y - beta[0] - beta[1] * x) ** 2))


beta, covariance, chi = line(1 / y**2)
weighted = {"intercept": beta[0], "slope": beta[1], "interceptVariance": covariance[0, 0], "slopeVariance": covariance[1, 1], "covariance": covariance[0, 1], "chiSquared": chi}

# The same fit with weights at the fitted value, renewed until they stand still; each batch size counts alike.
for _ in range(200):
    beta, covariance, chi = line(1 / (beta[0] + beta[1] * x) ** 2)
degrees = sizes.size - 2
scaled = covariance * chi / degrees
t = stats.t.ppf(0.975, degrees)


def statistic(theta):  # of s − θa, with s = −slope
    gradient = np.array([-theta, -1.0])
    return (-beta[1] - theta * beta[0]) / np.sqrt(gradient @ scaled @ gradient)


centre = -beta[1] / beta[0]
low = optimize.brentq(lambda theta: statistic(theta) - t, 0.2 * centre, centre)
high = optimize.brentq(lambda theta: statistic(theta) + t, centre, 3 * centre)
renewed = {"intercept": beta[0], "slope": beta[1], "low": 2 * low, "high": 2 * high, "degrees": degrees}


# The combined law on points of a trained network, as (log S, log b0, log(b* − b0)).
network = [(8, 7994), (16, 2484), (32, 1003), (64, 619), (128, 500), (256, 410), (512, 364)]
b = np.array([row[0] for row in network], float)
k = np.array([row[1] for row in network], float)


def residuals(parameters):
    b0, best = np.exp(parameters[1]), np.exp(parameters[1]) + np.exp(parameters[2])
    bend = best**2 / b0 - 2 * best
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.log(k) - parameters[0] - np.log((b + bend) / (b - b0))
    return np.where(np.isfinite(value), value, 1e3)


fits = [optimize.least_squares(residuals, [np.log(300), np.log(b0), np.log(extra)], xtol=1e-15, ftol=1e-15, gtol=1e-15) for b0 in (1, 3, 5, 7) for extra in (2, 10, 30)]
found = min(fits, key=lambda fit: fit.cost)
squares = 2 * found.cost
b0 = float(np.exp(found.x[1]))
best = b0 + float(np.exp(found.x[2]))


def profile(candidate):
    def restricted(p):
        value = residuals([p[0], p[1], np.log(candidate - np.exp(p[1]))]) if np.exp(p[1]) < candidate else np.full(b.size, 1e3)
        return float(np.sum(value**2))

    return min(optimize.minimize(restricted, [np.log(300), np.log(start)], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 5000}).fun for start in (3, 5, 6, 7))


limit = squares * (1 + stats.t.ppf(0.975, b.size - 3) ** 2 / (b.size - 3))
combined = {
    "limitSteps": float(np.exp(found.x[0])),
    "asymptote": b0,
    "criticalBatchSize": best,
    "squares": squares,
    "low": optimize.brentq(lambda c: profile(c) - limit, 0.7 * best, best, xtol=1e-6),
    "high": optimize.brentq(lambda c: profile(c) - limit, best, 1.5 * best, xtol=1e-6),
}

print(
    json.dumps(
        {
            "points": [{"batchSize": int(size), "seed": i % 3 + 1, "steps": float(count)} for i, (size, count) in enumerate(zip(sizes, steps))],
            "weighted": weighted,
            "renewed": renewed,
            "network": [{"batchSize": size, "seed": 1, "steps": count} for size, count in network],
            "combined": combined,
            "quantiles": [{"confidence": c, "degrees": d, "value": float(stats.t.ppf((1 + c) / 2, d))} for c in (0.5, 0.9, 0.95, 0.99) for d in (1, 2, 5, 14, 100)],
            "tails": [{"value": v, "numerator": n, "denominator": d, "probability": float(stats.f.sf(v, n, d))} for v, n, d in ((1, 4, 8), (3.2, 6, 8), (0.2, 1, 3), (12, 2, 16))],
        },
        indent=1,
        default=float,
    )
)
