"""Feature losses, soft targets, similarities and resampling by PyTorch in float64, for the tests beside ../*.ts.

Written from the papers on PyTorch's own functions, not from our code. The relational loss is that of the authors of the paper, on the
differences themselves, with means over distinct examples. Features come from a formula that ../../features/reference/formula.ts repeats.

python pytorch.py > pytorch.json
"""

import json
import math

import torch
import torch.nn.functional as F


def wave(name, shape):
    """sin(0.7·i² + the sum of the name's character codes) + ½·cos(i)."""
    phase = sum(ord(c) for c in name)
    values = [math.sin(0.7 * i * i + phase) + 0.5 * math.cos(i) for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def normalised(x, how):
    if how == "layer-norm":
        return F.layer_norm(x, x.shape[-1:], eps=1e-5)
    return F.normalize(x, dim=-1) if how == "l2" else x


def relation(s, t):
    s, t = s.flatten(1), t.flatten(1)
    n = s.shape[0]

    def distances(x):
        d = torch.stack([(x[i] - x[j]).norm() for i in range(n) for j in range(n) if i != j])
        return d / d.mean()

    def cosines(x):
        apart = [(i, j, k) for i in range(n) for j in range(n) for k in range(n) if len({i, j, k}) == 3]
        return torch.stack([F.cosine_similarity(x[j] - x[i], x[k] - x[i], dim=0) for i, j, k in apart])

    return F.smooth_l1_loss(distances(s), distances(t)) + 2 * F.smooth_l1_loss(cosines(s), cosines(t))


def cka(x, y):
    x, y = x.flatten(1), y.flatten(1)
    x, y = x - x.mean(0), y - y.mean(0)
    return (y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm())


def attention(s, t):
    def at(x):
        return F.normalize(x.pow(2).sum(-1).flatten(1))

    return (at(s) - at(t)).pow(2).mean()


LOSSES = {
    "mse": F.mse_loss,
    "cosine": lambda s, t: (1 - F.cosine_similarity(s, t, dim=-1)).mean(),
    "smooth-l1": F.smooth_l1_loss,
    "relation": relation,
    "cka": lambda s, t: 1 - cka(s, t),
    "attention": attention,
}


def numbers(x):
    return [float(f"{v:.9g}") for v in x.detach().flatten().tolist()]


def feature_case(kind, normalization, shape):
    student, target = wave("student", shape), wave("target", shape)
    loss = LOSSES[kind](normalised(student, normalization), normalised(target, normalization))
    ds, dt = torch.autograd.grad(loss, [student, target])
    return {"kind": kind, "normalization": normalization, "shape": shape, "loss": loss.item(), "student": numbers(ds), "target": numbers(dt)}


def soft_case(temperature, shape):
    student, teacher = wave("student", shape), wave("teacher", shape)
    loss = F.kl_div(F.log_softmax(student / temperature, 1), F.softmax(teacher / temperature, 1), reduction="batchmean") * temperature**2
    ds, dt = torch.autograd.grad(loss, [student, teacher])
    return {"temperature": temperature, "shape": shape, "loss": loss.item(), "student": numbers(ds), "teacher": numbers(dt)}


def similarity_case(shape, other):
    x, y = wave("x", shape).detach(), wave("y", other).detach()
    rows = x.reshape(-1, x.shape[-1])
    centred = rows - rows.mean(0)
    values = torch.linalg.svdvals(centred)
    shares = values / values.sum()
    eigenvalues = torch.linalg.eigvalsh(torch.cov(rows.T))
    return {
        "shape": shape,
        "other": other,
        "cka": cka(x, y).item(),
        "variance": rows.var(0, correction=0).mean().item(),
        "betweenExamples": x.flatten(1).var(0, correction=0).mean().item(),
        "effectiveRank": math.exp(-(shares * shares.log()).sum().item()),
        "participationRatio": (eigenvalues.sum() ** 2 / eigenvalues.square().sum()).item(),
    }


def resampling_case(shape, sides):
    """Images [batch, height, width, channels]: pooled where the sides divide, else bilinear."""
    x = wave("x", shape).detach().permute(0, 3, 1, 2)
    height, width = shape[1:3]
    if height % sides[0] == 0 and width % sides[1] == 0:
        y = F.avg_pool2d(x, (height // sides[0], width // sides[1]))
    else:
        y = F.interpolate(x, size=sides, mode="bilinear", align_corners=False)
    return {"shape": shape, "sides": sides, "values": numbers(y.permute(0, 2, 3, 1))}


FEATURES = [(kind, how, shape) for kind in LOSSES if kind != "attention" for how in ("layer-norm", "l2", "none") for shape in ([5, 6], [4, 3, 5])]
FEATURES += [("attention", "none", [3, 4, 5]), ("attention", "none", [2, 3, 2, 4])]

print(
    json.dumps(
        {
            "pytorch": torch.__version__.split("+")[0],
            "features": [feature_case(*case) for case in FEATURES],
            "softTargets": [soft_case(temperature, [4, 5]) for temperature in (0.5, 1, 3, 20, 100)],
            "similarities": [similarity_case(*case) for case in (([9, 4], [9, 6]), ([5, 7], [5, 3]), ([6, 3, 4], [6, 5]))],
            "resampling": [resampling_case(*case) for case in (([2, 6, 4, 3], [3, 2]), ([1, 7, 5, 2], [4, 3]), ([1, 9, 8, 1], [4, 5]))],
        }
    )
)
