"""The networks of main/training/models, as a PyTorch user would write them, images as [n, channels, height, width]."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def he(layer):
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return zero_bias(layer)


def lecun(layer):
    deviation = math.sqrt(1 / layer.weight[0].numel()) / 0.8796256610342398
    nn.init.trunc_normal_(layer.weight, std=deviation, a=-2 * deviation, b=2 * deviation)
    return zero_bias(layer)


def glorot(layer):
    nn.init.xavier_uniform_(layer.weight)
    return zero_bias(layer)


def zero_bias(layer):
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class Same(nn.Conv2d):
    """3×3 of stride 2 padded as TensorFlow pads it, so that it is the same network."""

    def forward(self, x):
        return super().forward(F.pad(x, (0, 1, 0, 1)) if self.stride == (2, 2) else x)


def conv3(inputs, outputs, stride):
    return Same(inputs, outputs, 3, stride, 1 if stride == 1 else 0, bias=False)


def norm(kind, channels):
    if kind == "none":
        return nn.Identity()
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    groups = next(g for g in range(min(8, channels), 0, -1) if channels % g == 0)
    return nn.GroupNorm(groups, channels)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, kind):
        super().__init__()
        self.conv1, self.norm1 = he(conv3(inputs, outputs, stride)), norm(kind, outputs)
        self.conv2, self.norm2 = he(conv3(outputs, outputs, 1)), norm(kind, outputs)
        if kind == "none":
            nn.init.zeros_(self.conv2.weight)
        self.shortcut = nn.Identity()
        if stride == 2:
            self.shortcut = nn.Sequential(he(nn.Conv2d(inputs, outputs, 1, 2, bias=False)), norm(kind, outputs))

    def forward(self, x):
        z = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(z + self.shortcut(x))


class Resnet(nn.Module):
    def __init__(self, config, shape, classes):
        super().__init__()
        kind, width = config["normalization"], config["width"]
        layers, inputs = [he(conv3(shape[2], width, 1)), norm(kind, width), nn.ReLU()], width
        for stage in range(3):
            for index in range(config["blocksPerStage"]):
                stride = 2 if stage > 0 and index == 0 else 1
                layers.append(Block(inputs, width * 2**stage, stride, kind))
                inputs = width * 2**stage
        self.layers, self.classes = nn.Sequential(*layers), lecun(nn.Linear(inputs, classes))

    def forward(self, x):
        return self.classes(self.layers(x).mean((2, 3)))


class VitBlock(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.output = zero_bias(nn.Linear(width, 3 * width)), glorot(nn.Linear(width, width))
        for part in self.qkv.weight.data.split(width):
            nn.init.xavier_uniform_(part)
        self.mlp1, self.mlp2 = glorot(nn.Linear(width, hidden)), glorot(nn.Linear(hidden, width))

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width)
        x = x + self.output(mixed)
        return x + self.mlp2(F.gelu(self.mlp1(self.norm2(x)), approximate="tanh"))


class Vit(nn.Module):
    def __init__(self, config, shape, classes):
        super().__init__()
        (height, image_width, channels), side, width = shape, config["patchSize"], config["width"]
        self.side, tokens = side, (height // side) * (image_width // side)
        self.embedding = lecun(nn.Linear(side * side * channels, width))
        self.positions = nn.Parameter(torch.randn(tokens, width) * 0.02)
        hidden = max(1, round(width * config["mlpRatio"]))
        self.blocks = nn.Sequential(*[VitBlock(width, config["heads"], hidden) for _ in range(config["depth"])])
        self.norm, self.classes = nn.LayerNorm(width), lecun(nn.Linear(width, classes))

    def forward(self, x):
        (batch, channels, height, width), side = x.shape, self.side
        patches = x.view(batch, channels, height // side, side, width // side, side).permute(0, 2, 4, 3, 5, 1)
        h = self.embedding(patches.reshape(batch, -1, side * side * channels)) + self.positions
        return self.classes(self.norm(self.blocks(h)).mean(1))


def mlp(config, shape, classes):
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": lambda: nn.GELU("tanh")}[config["activation"]]
    initialize = lecun if config["activation"] == "tanh" else he
    widths, layers = [math.prod(shape), *config["hidden"]], [nn.Flatten()]
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [initialize(nn.Linear(inputs, outputs)), activation()]
    return nn.Sequential(*layers, lecun(nn.Linear(widths[-1], classes)))


def cnn(config, shape, classes):
    (height, width, inputs), kind, side = shape, config["normalization"], config["kernelSize"]
    layers = []
    for outputs in config["channels"]:
        layers += [he(nn.Conv2d(inputs, outputs, side, padding="same", bias=kind == "none")), norm(kind, outputs), nn.ReLU(), nn.MaxPool2d(2)]
        inputs, height, width = outputs, height // 2, width // 2
    dense = [he(nn.Linear(inputs * height * width, config["dense"])), nn.ReLU(), lecun(nn.Linear(config["dense"], classes))]
    return nn.Sequential(*layers, nn.Flatten(), *dense)


def create_model(config, shape, classes):
    if config.get("dropout"):
        raise ValueError("dropout is not part of the benchmarks")
    make = {"mlp": mlp, "cnn": cnn, "resnet": Resnet, "vit": Vit}.get(config["kind"])
    if make is None:
        raise ValueError(f"no PyTorch model of kind {config['kind']}")
    model = make(config, shape, classes)
    # PyTorch's convolutions are faster with the channels last, on CPUs too.
    return model.to(memory_format=torch.channels_last) if config["kind"] in ("cnn", "resnet") else model
