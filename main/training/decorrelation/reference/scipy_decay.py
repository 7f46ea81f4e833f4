"""Decays to a limit by scipy's curve_fit, for loss-forecast.test.ts beside this folder.

Losses are limit + amplitude·exp(−step/decay) + noise·sin(1.7·i² + 1): a formula that the test repeats.

python scipy_decay.py > scipy-decay.json
"""

import json

import numpy as np
import scipy
from scipy.optimize import curve_fit


def case(limit, amplitude, decay, noise, every, points):
    i = np.arange(points)
    steps = every * i
    losses = limit + amplitude * np.exp(-steps / decay) + noise * np.sin(1.7 * i * i + 1)
    curve = lambda s, at, by, over: at + by * np.exp(-s / over)
    found, covariance = curve_fit(curve, steps, losses, p0=(limit, amplitude, decay), xtol=1e-14, ftol=1e-14)
    given = {"limit": limit, "amplitude": amplitude, "decay": decay, "noise": noise, "every": every, "points": points}
    return {"given": given, "limit": found[0], "decaySteps": found[2], "standardError": float(np.sqrt(covariance[0, 0]))}


CASES = [(0.3, 0.5, 40, 0.01, 5, 30), (0.02, 0.2, 300, 0.002, 10, 100), (1.5, -0.4, 25, 0.02, 2, 60), (0, 1, 200, 0.005, 4, 80)]
print(json.dumps({"scipy": scipy.__version__, "cases": [case(*given) for given in CASES]}))
