"""Makes importance.json: what scipy and scikit-learn say of the same numbers. Needs scipy, scikit-learn and numpy.

    python importance.py > importance.json
"""
import itertools
import json
import sys

import numpy as np
import scipy
import sklearn
from scipy.stats import norm, rankdata, spearmanr
from scipy.stats.contingency import crosstab
from sklearn.tree import DecisionTreeRegressor

BATCHES = [8, 16, 32, 64, 128, 256]
RATES = [0.001, 0.003, 0.01, 0.03, 0.1]
SEEDS = [1, 2, 3, 4]


def runs(count=180):
    """Made-up runs: an accuracy that follows from the batch size, the rate and both together, with noise; the seed does nothing."""
    draw = np.random.default_rng(20261125)
    batch, rate, seed = draw.choice(BATCHES, count), draw.choice(RATES, count), draw.choice(SEEDS, count)
    x, y = np.log2(batch / 8) / 5, np.log10(rate / 0.001) / 2
    accuracy = 0.9 - 0.2 * x * x + 0.15 * y - 0.25 * x * (1 - y) + 0.01 * draw.standard_normal(count)
    return np.stack([batch, rate, seed], axis=1).astype(float), accuracy


def correlations(settings, metric):
    found = []
    for column in settings.T:
        rho = spearmanr(column, metric).statistic
        reach = norm.ppf(0.975) * np.sqrt((1 + rho**2 / 2) / (len(metric) - 3))
        found.append({"rho": rho, "low": np.tanh(np.arctanh(rho) - reach), "high": np.tanh(np.arctanh(rho) + reach)})
    return found


def anova(predict, levels, weights):
    """Splits the variance over the full grid, by its definition."""
    grid = np.array(list(itertools.product(*levels)))
    shape = [len(level) for level in levels]
    values = predict(grid).reshape(shape)
    weight = weights[0][:, None, None] * weights[1][None, :, None] * weights[2][None, None, :]
    mean = (values * weight).sum()
    total = ((values - mean) ** 2 * weight).sum()
    marginals, single = [], []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        marginal = (values * weight).sum(axis=others) / weights[axis]
        marginals.append(marginal)
        single.append((weights[axis] * (marginal - mean) ** 2).sum())
    both = (values * weights[2]).sum(axis=2)
    pair = both - marginals[0][:, None] - marginals[1][None, :] + mean
    pair_variance = (weights[0][:, None] * weights[1][None, :] * pair**2).sum()
    return {"mean": mean, "total": total, "marginals": [m.tolist() for m in marginals], "single": single, "firstPair": pair_variance, "predictions": values.flatten().tolist()}


def forest(settings, metric):
    """Out-of-bag R2 and Breiman's permutation importance over many trees: within some hundredths of any other forest of the kind."""
    trees, count = 1000, len(metric)
    draw = np.random.default_rng(2)
    growth, sums, times = np.zeros(settings.shape[1]), np.zeros(count), np.zeros(count)
    for _ in range(trees):
        drawn = draw.integers(count, size=count)
        unseen = np.setdiff1d(np.arange(count), drawn)
        tree = DecisionTreeRegressor(min_samples_leaf=3).fit(settings[drawn], metric[drawn])
        predicted = tree.predict(settings[unseen])
        sums[unseen] += predicted
        times[unseen] += 1
        for column in range(settings.shape[1]):
            changed = settings[unseen].copy()
            changed[:, column] = draw.permutation(changed[:, column])
            growth[column] += ((tree.predict(changed) - metric[unseen]) ** 2).mean() - ((predicted - metric[unseen]) ** 2).mean()
    return {"outOfBagR2": 1 - ((metric - sums / times) ** 2).mean() / metric.var(), "permutation": (growth / trees / metric.var()).tolist()}


def best_sets(names, metric):
    """The best split of named values into two sets, by trying them all."""
    known = sorted(set(names))
    best = None
    for size in range(1, len(known)):
        for left in itertools.combinations(known, size):
            inside = np.isin(names, left)
            error = sum(((part - part.mean()) ** 2).sum() for part in (metric[inside], metric[~inside]))
            if best is None or error < best[0]:
                best = (error, sorted(left))
    return {"squaredError": best[0], "set": best[1]}


def cramers_v(first, second):
    table = crosstab(first, second).count
    runs = table.sum()
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / runs
    phi = ((table - expected) ** 2 / expected).sum() / runs
    rows, columns = table.shape
    phi = max(0, phi - (rows - 1) * (columns - 1) / (runs - 1))
    rows, columns = rows - (rows - 1) ** 2 / (runs - 1), columns - (columns - 1) ** 2 / (runs - 1)
    return np.sqrt(phi / min(rows - 1, columns - 1))


def main():
    settings, metric = runs()
    levels = [np.unique(column) for column in settings.T]
    weights = [np.array([(column == level).mean() for level in values]) for column, values in zip(settings.T, levels)]
    tree = DecisionTreeRegressor(min_samples_leaf=3).fit(settings, metric)
    draw = np.random.default_rng(7)
    names = draw.choice(list("abcdefg"), 60)
    named_metric = np.array([{"a": 3, "b": 1, "c": 2.5, "d": 0, "e": 2.7, "f": 0.4, "g": 1.2}[name] for name in names]) + 0.6 * draw.standard_normal(60)
    others = np.where(draw.random(60) < 0.6, names, draw.choice(list("abcdefg"), 60))
    json.dump(
        {
            "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
            "settings": settings.tolist(),
            "metric": metric.tolist(),
            "ranks": {"values": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], "ranks": rankdata([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]).tolist()},
            "correlations": correlations(settings, metric),
            "tree": anova(tree.predict, levels, weights),
            "forest": forest(settings, metric),
            "named": {"names": names.tolist(), "metric": named_metric.tolist(), **best_sets(names, named_metric)},
            "cramersV": {"others": others.tolist(), "value": cramers_v(names, others)},
        },
        sys.stdout,
    )


main()
