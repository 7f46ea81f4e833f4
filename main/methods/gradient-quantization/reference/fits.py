"""Reference values for the four families, from numpy and scipy: `python fits.py > fits.json`.

Nothing here shares code or method with the TypeScript: the constants come from a general optimiser over the likelihood, started at several
places, the thresholds from scipy's survival functions, the distances from their textbook sums over every value.
"""

import json

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(11)
COUNT = 200
samples = {
    "normal": rng.normal(0.3, 2, COUNT),
    "laplace": rng.laplace(-0.02, 0.01, COUNT),
    "cauchy": 1e-4 * rng.standard_cauchy(COUNT),
    "student-t": rng.standard_t(3, COUNT),
    "mixed": np.where(rng.random(COUNT) < 0.1, 5, 1) * rng.normal(0, 1, COUNT) + 0.5,
}


def best(loss, starts, bounds):
    found = [optimize.minimize(loss, start, bounds=bounds, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000}) for start in starts]
    return min(found, key=lambda result: result.fun).x


def constants(x):
    median, spread = np.median(x), np.median(np.abs(x - np.median(x)))
    log_gamma = optimize.minimize_scalar(lambda l: -np.mean(stats.cauchy.logpdf(x, median, np.exp(l))), bounds=(np.log(spread) - 5, np.log(spread) + 5), method="bounded", options={"xatol": 1e-13}).x
    z = (x - median) / spread
    student = lambda nu: best(lambda p: -np.mean(stats.t.logpdf(z, nu or p[2], p[0], np.exp(p[1]))), [[0.1, 0, n][: 2 if nu else 3] for n in ([nu] if nu else [2, 5, 30])], [(-5, 5), (-5, 5), (1, 60)][: 2 if nu else 3])
    free, three = student(None), student(3)
    return {
        "normal": [np.mean(x), np.std(x), None],
        "laplace": [median, np.mean(np.abs(x - median)), None],
        "cauchy": [median, np.exp(log_gamma), None],
        "student-t": [median + spread * free[0], spread * np.exp(free[1]), free[2]],
        "student-t-3": [median + spread * three[0], spread * np.exp(three[1]), 3],
    }


def frozen(family, location, scale, degrees):
    shapes = {"normal": stats.norm, "laplace": stats.laplace, "cauchy": stats.cauchy}
    return shapes[family](location, scale) if family in shapes else stats.t(degrees, location, scale)


def told(x, family, found):
    curve = frozen(family, *found)
    y = np.sort(x)
    n, i = y.size, np.arange(1, y.size + 1)
    squares = -n - np.mean((2 * i - 1) * (curve.logcdf(y) + curve.logsf(y[::-1])))
    return {
        "family": family,
        "location": found[0],
        "scale": found[1],
        "degreesOfFreedom": found[2],
        "logLikelihood": float(np.sum(curve.logpdf(x))),
        "ks": float(stats.ks_1samp(x, curve.cdf).statistic),
        "andersonDarling": squares / n,
        "thresholds": [float(curve.isf(ratio / 2) - found[0]) for ratio in (0.1, 0.01, 0.001)],
    }


curves = [
    {"family": family, "degreesOfFreedom": nu, "value": z, "logDensity": float(frozen(family, 0, 1, nu).logpdf(z)), "cdf": float(frozen(family, 0, 1, nu).cdf(z)), "distance": float(frozen(family, 0, 1, nu).isf(10 ** -(abs(z) + 0.4)))}
    for family, nu in [("normal", None), ("laplace", None), ("cauchy", None), ("student-t", 1), ("student-t", 2.37), ("student-t", 4), ("student-t", 60)]
    for z in (-5.5, -0.7, 0.2, 3.1)
]
fits = [{"sample": name, "values": [float(f"{v:.6g}") for v in x]} for name, x in samples.items()]
for fit in fits:
    x = np.array(fit["values"])
    fit["fits"] = [told(x, family, found) for family, found in constants(x).items()]
print(json.dumps({"curves": curves, "samples": fits}, indent=1))
