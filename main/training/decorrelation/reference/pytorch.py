"""Losses and readings of channel decorrelation by PyTorch in float64, for peers.test.ts beside this folder.

Written on PyTorch's own pooling, cov and corrcoef, not from our code; gradients are autograd's, with respect to the feature. Features come
from a formula that ../../features/reference/formula.ts repeats.

python pytorch.py > pytorch.json
"""

import json
import math

import torch

POOLING = {
    "average": lambda x: x.flatten(1, -2).mean(1),
    "maximum": lambda x: x.flatten(1, -2).amax(1),
    "positions": lambda x: x.reshape(-1, x.shape[-1]),
}

PENALTIES = {"squared": torch.square, "absolute": torch.abs, "smooth-absolute": lambda r: (r.square() + 1e-6).sqrt()}


def wave(name, shape):
    """sin(0.7·i² + the sum of the name's character codes) + ½·cos(i)."""
    phase = sum(ord(c) for c in name)
    values = [math.sin(0.7 * i * i + phase) + 0.5 * math.cos(i) for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def pooled(x, pooling):
    return x if x.dim() == 2 else POOLING[pooling](x)


def numbers(x):
    return [float(f"{v:.9g}") for v in x.detach().flatten().tolist()]


def loss_case(shape, pooling, of, penalty, reduction, divisor):
    x = wave("x", shape)
    rows = pooled(x, pooling)
    matrix = torch.corrcoef(rows.T) if of == "correlation" else torch.cov(rows.T, correction=1 if divisor == "freedom" else 0)
    channels = matrix.shape[0]
    apart = [PENALTIES[penalty](matrix[i, j]) for i in range(channels) for j in range(channels) if i != j]
    loss = torch.stack(apart).sum() / {"mean": channels * (channels - 1), "sum": 2, "channel": channels}[reduction]
    (gradient,) = torch.autograd.grad(loss, x)
    return {"shape": shape, "pooling": pooling, "of": of, "penalty": penalty, "reduction": reduction, "divisor": divisor, "loss": loss.item(), "gradient": numbers(gradient)}


def reading_case(shape, pooling):
    rows = pooled(wave("x", shape), pooling).detach()
    matrix = torch.corrcoef(rows.T)
    channels = matrix.shape[0]
    apart = matrix[~torch.eye(channels, dtype=torch.bool)]
    spectrum = torch.linalg.eigvalsh(matrix).flip(0).clamp_min(0)
    shares = spectrum / spectrum.sum()
    return {
        "shape": shape,
        "pooling": pooling,
        "meanAbsolute": apart.abs().mean().item(),
        "meanSquared": apart.square().mean().item(),
        "effectiveRank": math.exp(-torch.special.xlogy(shares, shares).sum().item()),
        "deviations": numbers(rows.std(0)),
        "spectrum": numbers(spectrum),
        "correlations": numbers(matrix),
    }


KINDS = [("correlation", "squared", "mean", "freedom"), ("correlation", "absolute", "mean", "freedom"), ("correlation", "smooth-absolute", "mean", "freedom")]
KINDS += [("correlation", "squared", "sum", "freedom"), ("covariance", "absolute", "mean", "freedom"), ("covariance", "squared", "sum", "samples"), ("covariance", "squared", "channel", "freedom")]
FEATURES = [([7, 4], "average"), ([5, 6, 3], "average"), ([4, 3, 2, 5], "maximum"), ([3, 2, 2, 4], "positions")]

print(
    json.dumps(
        {
            "pytorch": torch.__version__.split("+")[0],
            "losses": [loss_case(*feature, *kind) for feature in FEATURES for kind in KINDS],
            "readings": [reading_case(*feature) for feature in FEATURES],
        }
    )
)
