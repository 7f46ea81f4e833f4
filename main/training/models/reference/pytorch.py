"""Logits, gradients and running statistics of small networks by PyTorch in float64, for models.test.ts.

Written from the papers on PyTorch's own functions, not from our layers. Weights and inputs come from a formula that
formula.ts repeats, so that none need be stored. Kernels are ours: dense [in, out], convolutions [side, side, in, out].

python pytorch.py > pytorch.json
"""

import json
import math

import torch
import torch.nn.functional as F

CLASSES = 3
LABELS = [0, 2]


def formula(name, shape):
    """sin(0.7·i² + the sum of the name's character codes), scaled by 1/√fan-in for kernels; scales stay around 1."""
    count = math.prod(shape)
    phase = sum(ord(c) for c in name)
    wave = [math.sin(0.7 * i * i + phase) for i in range(count)]
    if name.endswith("/scale"):
        values = [1 + 0.3 * w for w in wave]
    elif name.endswith("/variance"):
        values = [1 + 0.5 * w for w in wave]
    else:
        fan_in = math.prod(shape[:-1])
        values = [w * math.sqrt(2 / fan_in) for w in wave]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


class Parameters:
    """Makes parameters when first asked for."""

    def __init__(self):
        self.tensors = {}
        self.statistics = {}

    def __call__(self, name, *shape):
        if name not in self.tensors:
            self.tensors[name] = formula(name, shape).requires_grad_()
        return self.tensors[name]


def dense(p, name, x, units):
    return F.linear(x, p(f"{name}/kernel", x.shape[-1], units).T, p(f"{name}/bias", units))


def conv(p, name, x, channels, side, stride=1, bias=False):
    kernel = p(f"{name}/kernel", side, side, x.shape[1], channels).permute(3, 2, 0, 1)
    if stride == 2 and side == 3:
        x, padding = F.pad(x, (0, 1, 0, 1)), 0  # TensorFlow's SAME for an even side
    else:
        padding = side // 2
    return F.conv2d(x, kernel, p(f"{name}/bias", channels) if bias else None, stride, padding)


def norm(p, name, x, kind, groups=8):
    if kind == "none":
        return x
    channels = x.shape[1]
    scale, offset = p(f"{name}/scale", channels), p(f"{name}/offset", channels)
    if kind == "group":
        return F.group_norm(x, min(groups, channels), scale, offset, 1e-5)
    mean, variance = formula(f"{name}/mean", [channels]), formula(f"{name}/variance", [channels])
    y = F.batch_norm(x, mean, variance, scale, offset, True, 0.1, 1e-5)
    p.statistics[f"{name}/mean"], p.statistics[f"{name}/variance"] = mean, variance
    return y


def resnet(p, x, width, blocks_per_stage, normalization):
    h = F.relu(norm(p, "stem/norm", conv(p, "stem/conv", x, width, 3), normalization))
    for index in range(3 * blocks_per_stage):
        stage = index // blocks_per_stage
        stride = 2 if stage > 0 and index % blocks_per_stage == 0 else 1
        name, channels = f"block{index + 1}", width * 2**stage
        z = F.relu(norm(p, f"{name}/norm1", conv(p, f"{name}/conv1", h, channels, 3, stride), normalization))
        z = norm(p, f"{name}/norm2", conv(p, f"{name}/conv2", z, channels, 3), normalization)
        if stride == 2:
            h = norm(p, f"{name}/shortcut/norm", conv(p, f"{name}/shortcut/conv", h, channels, 1, 2), normalization)
        h = F.relu(z + h)
    return dense(p, "classes", h.mean((2, 3)), CLASSES)


def cnn(p, x, channels, kernel_size, units, normalization):
    h = x
    for i, c in enumerate(channels):
        h = conv(p, f"conv{i + 1}", h, c, kernel_size, bias=normalization == "none")
        h = F.max_pool2d(F.relu(norm(p, f"norm{i + 1}", h, normalization)), 2)
    h = h.permute(0, 2, 3, 1).flatten(1)
    return dense(p, "dense2", F.relu(dense(p, "dense1", h, units)), CLASSES)


def mlp(p, x, hidden, activation):
    act = {"relu": F.relu, "tanh": torch.tanh, "gelu": lambda t: F.gelu(t, approximate="tanh")}[activation]
    h = x.permute(0, 2, 3, 1).flatten(1)
    for i, units in enumerate(hidden):
        h = act(dense(p, f"dense{i + 1}", h, units))
    return dense(p, f"dense{len(hidden) + 1}", h, CLASSES)


def embed(p, x, side, width):
    kernel = p("embedding/kernel", side * side * x.shape[1], width)
    kernel = kernel.reshape(side, side, x.shape[1], width).permute(3, 2, 0, 1)
    return F.conv2d(x, kernel, p("embedding/bias", width), side).flatten(2).transpose(1, 2)


def layer_norm(p, name, x):
    width = x.shape[-1]
    return F.layer_norm(x, (width,), p(f"{name}/scale", width), p(f"{name}/offset", width), 1e-5)


def two_layers(p, name, x, hidden, units):
    return dense(p, f"{name}2", F.gelu(dense(p, f"{name}1", x, hidden), approximate="tanh"), units)


def transformer(p, h, width, depth, heads, ratio, causal=False, has_class_token=False):
    if has_class_token:
        h = torch.cat([p("class", width).expand(h.shape[0], 1, width), h], 1)
    h = h + p("positions", h.shape[1], width)
    for index in range(depth):
        name = f"block{index + 1}"
        qkv = dense(p, f"{name}/attention/qkv", layer_norm(p, f"{name}/norm1", h), 3 * width)
        q, k, v = (t.unflatten(2, (heads, width // heads)).transpose(1, 2) for t in qkv.split(width, 2))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        h = h + dense(p, f"{name}/attention/output", mixed, width)
        h = h + two_layers(p, f"{name}/mlp", layer_norm(p, f"{name}/norm2", h), int(width * ratio), width)
    return layer_norm(p, "norm", h)


def vit(p, x, side, width, depth, heads, ratio, reduce="mean"):
    h = transformer(p, embed(p, x, side, width), width, depth, heads, ratio, has_class_token=reduce == "cls")
    return dense(p, "classes", {"mean": h.mean(1), "cls": h[:, 0], "all": h.flatten(1)}[reduce], CLASSES)


def series_transformer(p, x, frame, width, depth, heads, ratio, causal):
    h = dense(p, "embedding", x.unfold(1, frame, frame).transpose(2, 3).flatten(2), width)
    h = transformer(p, h, width, depth, heads, ratio, causal)
    return dense(p, "classes", h[:, -1] if causal else h.mean(1), CLASSES)


def residual_mlp(p, x, width, depth):
    h = dense(p, "embedding", x.flatten(1), width)
    for index in range(depth):
        name = f"block{index + 1}"
        h = h + dense(p, f"{name}/dense2", F.gelu(dense(p, f"{name}/dense1", layer_norm(p, f"{name}/norm", h), width), approximate="tanh"), width)
    return dense(p, "classes", layer_norm(p, "norm", h), CLASSES)


def mixer(p, x, side, width, depth, token_hidden, channel_hidden):
    h = embed(p, x, side, width)
    tokens = h.shape[1]
    for index in range(depth):
        name = f"block{index + 1}"
        z = layer_norm(p, f"{name}/norm1", h).transpose(1, 2)
        h = h + two_layers(p, f"{name}/token", z, token_hidden, tokens).transpose(1, 2)
        h = h + two_layers(p, f"{name}/channel", layer_norm(p, f"{name}/norm2", h), channel_hidden, width)
    return dense(p, "classes", layer_norm(p, "norm", h).mean(1), CLASSES)


def resnet_case(normalization):
    return {"kind": "resnet", "blocksPerStage": 1, "width": 8, "normalization": normalization}, lambda p, x: resnet(p, x, 8, 1, normalization)


def cnn_case(normalization):
    config = {"kind": "cnn", "channels": [4, 8], "kernelSize": 3, "dense": 8, "normalization": normalization}
    return config, lambda p, x: cnn(p, x, [4, 8], 3, 8, normalization)


def mlp_case(activation):
    return {"kind": "mlp", "hidden": [7, 5], "activation": activation}, lambda p, x: mlp(p, x, [7, 5], activation)


def vit_case(reduce):
    config = {"kind": "vit", "patchSize": 4, "width": 12, "depth": 2, "heads": 3, "mlpRatio": 2, "tokenReduce": reduce}
    return config, lambda p, x: vit(p, x, 4, 12, 2, 3, 2, reduce)


def series_case(attention):
    config = {"kind": "series-transformer", "frameSize": 3, "width": 12, "depth": 2, "heads": 3, "mlpRatio": 2, "attention": attention}
    return config, lambda p, x: series_transformer(p, x, 3, 12, 2, 3, 2, attention == "causal")


CASES = [
    ([8, 8, 1], *mlp_case("relu")),
    ([8, 8, 1], *mlp_case("tanh")),
    ([8, 8, 1], *mlp_case("gelu")),
    ([9, 8, 1], *cnn_case("none")),
    ([8, 8, 3], *cnn_case("batch")),
    ([8, 8, 3], *cnn_case("group")),
    ([8, 8, 3], *resnet_case("none")),
    ([8, 8, 3], *resnet_case("batch")),
    ([8, 8, 3], *resnet_case("group")),
    (
        [8, 12, 3],
        {"kind": "vit", "patchSize": 4, "width": 12, "depth": 2, "heads": 3, "mlpRatio": 2},
        lambda p, x: vit(p, x, 4, 12, 2, 3, 2),
    ),
    ([8, 12, 3], *vit_case("cls")),
    ([8, 12, 3], *vit_case("all")),
    (
        [8, 12, 3],
        {"kind": "mixer", "patchSize": 4, "width": 10, "depth": 2, "tokenHidden": 5, "channelHidden": 14},
        lambda p, x: mixer(p, x, 4, 10, 2, 5, 14),
    ),
    ([11], {"kind": "residual-mlp", "width": 7, "depth": 2}, lambda p, x: residual_mlp(p, x, 7, 2)),
    ([12, 2], *series_case("bidirectional")),
    ([12, 2], *series_case("causal")),
]


def run(shape, config, network):
    p = Parameters()
    x = formula("input", [len(LABELS), *shape]) * math.sqrt(math.prod([len(LABELS), *shape[:-1]]) / 2)
    logits = network(p, x.permute(0, 3, 1, 2) if len(shape) == 3 else x)
    loss = F.cross_entropy(logits, torch.tensor(LABELS), label_smoothing=0.1)
    loss.backward()
    # A gradient is told by its norm and by one projection, which catches what a norm does not: order and sign.
    gradients = {
        name: [t.grad.norm().item(), sum(g * math.cos(1.3 * i) for i, g in enumerate(t.grad.flatten().tolist()))]
        for name, t in p.tensors.items()
    }
    statistics = {name: t.tolist() for name, t in p.statistics.items()}
    return {
        "config": config,
        "inputShape": shape,
        "logits": logits.tolist(),
        "loss": loss.item(),
        "gradients": gradients,
        "statistics": statistics,
    }


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    return value


cases = [rounded(run(*case)) for case in CASES]
print(json.dumps({"pytorch": torch.__version__.split("+")[0], "classes": CLASSES, "labels": LABELS, "labelSmoothing": 0.1, "cases": cases}))
