"""Maximum-likelihood fits of a few thousand float32 values, from numpy and scipy: `python small-fits.py > small-fits.json`.

Nothing here shares code or method with the TypeScript: the constants come from a general optimiser over the likelihood, started at several
places, the thresholds from scipy's survival functions. Of 24 draws of each sample the one is kept whose constants suffer most where each value is
moved to the middle of its bin, a 64th of a power of two wide: a fit that knows no more than bins must fail on these.
"""

import base64
import json

import numpy as np
from scipy import optimize, stats

draws = {
    "laplace of 1,000": lambda rng: 0.01 * rng.laplace(0, 1, 1000),
    "student-t of 1,500": lambda rng: 1e-4 * (rng.standard_t(3, 1500) + 0.1),
    "laplace of 3,001": lambda rng: 0.003 * rng.laplace(0.05, 1, 3001),
    "mixed of 4,000": lambda rng: np.where(rng.random(4000) < 0.1, 5, 1) * rng.normal(0, 1, 4000) * 0.02,
}


def student(x):
    """The likeliest location, scale and degrees of freedom from 1 to 60."""
    median, spread = np.median(x), np.median(np.abs(x - np.median(x)))
    z = (x - median) / spread
    loss = lambda p: -np.mean(stats.t.logpdf(z, p[2], p[0], np.exp(p[1])))
    found = [optimize.minimize(loss, [0.1, 0, nu], bounds=[(-5, 5), (-5, 5), (1, 60)], method="Nelder-Mead", options={"xatol": 1e-11, "fatol": 1e-14, "maxiter": 20000, "maxfev": 20000}) for nu in (2, 5, 30)]
    m, log_s, nu = min(found, key=lambda result: result.fun).x
    return median + spread * m, spread * np.exp(log_s), nu


def cauchy_scale(x):
    median, spread = np.median(x), np.median(np.abs(x - np.median(x)))
    return np.exp(optimize.minimize_scalar(lambda l: -np.mean(stats.cauchy.logpdf(x, median, np.exp(l))), bounds=(np.log(spread) - 5, np.log(spread) + 5), method="bounded", options={"xatol": 1e-13}).x)


def told(family, curve, location, scale, degrees=None):
    return {"family": family, "location": location, "scale": scale, "degreesOfFreedom": degrees, "thresholds": [float(curve.isf(ratio / 2) - location) for ratio in (0.1, 0.01, 0.001)]}


def fits(x):
    mean, deviation, median = np.mean(x), np.std(x), np.median(x)
    width, gamma = np.mean(np.abs(x - median)), cauchy_scale(x)
    location, scale, degrees = student(x)
    return [
        told("normal", stats.norm(mean, deviation), mean, deviation),
        told("laplace", stats.laplace(median, width), median, width),
        told("cauchy", stats.cauchy(median, gamma), median, gamma),
        told("student-t", stats.t(degrees, location, scale), location, scale, degrees),
    ]


def middled(x):
    """Each value at the middle of its bin of 6 mantissa bits."""
    power = 2.0 ** np.floor(np.log2(np.abs(x)))
    return np.sign(x) * power * (1 + (np.floor((np.abs(x) / power - 1) * 64) + 0.5) / 64)


def misled(x):
    """How far the threshold at 0.001 moves with the values, as a share."""
    there, here = (stats.t(nu, 0, scale).isf(0.0005) for _, scale, nu in (student(x), student(middled(x))))
    return abs(here / there - 1)


values = {}
for name, draw in draws.items():
    drawn = [draw(np.random.default_rng(seed)).astype("<f4") for seed in range(24)]
    values[name] = max(drawn, key=lambda x: misled(x.astype(float)))
print(json.dumps([{"sample": name, "values": base64.b64encode(x.tobytes()).decode(), "fits": fits(x.astype(float))} for name, x in values.items()], indent=1))
