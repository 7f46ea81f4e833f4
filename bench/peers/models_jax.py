"""The networks of main/training/models, as a JAX user would write them: parameter trees and functions, images as [n, height, width, channels]."""

import math

import jax
import jax.numpy as jnp

normal = jax.nn.initializers.normal
he = jax.nn.initializers.he_normal()
lecun = jax.nn.initializers.lecun_normal()
glorot = jax.nn.initializers.glorot_uniform()
zeros = jax.nn.initializers.zeros


class Keys:
    def __init__(self, seed):
        self.key = jax.random.PRNGKey(seed)

    def __call__(self, initializer, *shape):
        self.key, key = jax.random.split(self.key)
        return initializer(key, shape, jnp.float32)


def dense(p, x):
    return x @ p["kernel"] + p["bias"]


def new_dense(new, inputs, outputs, initializer):
    return {"kernel": new(initializer, inputs, outputs), "bias": jnp.zeros(outputs)}


def conv(x, kernel, stride=1):
    return jax.lax.conv_general_dilated(x, kernel, (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def max_pool(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def layer_norm(p, x):
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x - mean).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * p["scale"] + p["offset"]


def new_norm(width):
    return {"scale": jnp.ones(width), "offset": jnp.zeros(width)}


def mlp(new, config, shape, classes):
    widths = [math.prod(shape), *config["hidden"]]
    parameters = [new_dense(new, a, b, he) for a, b in zip(widths, widths[1:])] + [new_dense(new, widths[-1], classes, lecun)]

    def forward(parameters, x):
        h = x.reshape(x.shape[0], -1)
        for p in parameters[:-1]:
            h = jax.nn.relu(dense(p, h))
        return dense(parameters[-1], h)

    return parameters, forward


def cnn(new, config, shape, classes):
    (height, width, inputs), side = shape, config["kernelSize"]
    convs = []
    for outputs in config["channels"]:
        convs.append({"kernel": new(he, side, side, inputs, outputs), "bias": jnp.zeros(outputs)})
        inputs, height, width = outputs, height // 2, width // 2
    parameters = {
        "convs": convs,
        "dense1": new_dense(new, height * width * inputs, config["dense"], he),
        "dense2": new_dense(new, config["dense"], classes, lecun),
    }

    def forward(parameters, x):
        for p in parameters["convs"]:
            x = max_pool(jax.nn.relu(conv(x, p["kernel"]) + p["bias"]))
        h = jax.nn.relu(dense(parameters["dense1"], x.reshape(x.shape[0], -1)))
        return dense(parameters["dense2"], h)

    return parameters, forward


def resnet(new, config, shape, classes):
    width = config["width"]
    parameters, inputs = {"stem": new(he, 3, 3, shape[2], width), "blocks": []}, width
    for stage in range(3):
        for index in range(config["blocksPerStage"]):
            outputs = width * 2**stage
            block = {"conv1": new(he, 3, 3, inputs, outputs), "conv2": new(zeros, 3, 3, outputs, outputs)}
            if stage > 0 and index == 0:
                block["shortcut"] = new(he, 1, 1, inputs, outputs)
            parameters["blocks"].append(block)
            inputs = outputs
    parameters["classes"] = new_dense(new, inputs, classes, lecun)

    def forward(parameters, x):
        h = jax.nn.relu(conv(x, parameters["stem"]))
        for p in parameters["blocks"]:
            stride = 2 if "shortcut" in p else 1
            z = conv(jax.nn.relu(conv(h, p["conv1"], stride)), p["conv2"])
            h = jax.nn.relu(z + (conv(h, p["shortcut"], 2) if "shortcut" in p else h))
        return dense(parameters["classes"], h.mean((1, 2)))

    return parameters, forward


def vit(new, config, shape, classes):
    (height, image_width, channels), side, width, heads = shape, config["patchSize"], config["width"], config["heads"]
    rows, columns, hidden = height // side, image_width // side, max(1, round(width * config["mlpRatio"]))
    tokens, depth = rows * columns, width // heads

    def qkv():
        return {"kernel": jnp.concatenate([new(glorot, width, width) for _ in range(3)], 1), "bias": jnp.zeros(3 * width)}

    def block():
        return {
            "norm1": new_norm(width),
            "qkv": qkv(),
            "output": new_dense(new, width, width, glorot),
            "norm2": new_norm(width),
            "mlp1": new_dense(new, width, hidden, glorot),
            "mlp2": new_dense(new, hidden, width, glorot),
        }

    parameters = {
        "embedding": new_dense(new, side * side * channels, width, lecun),
        "positions": new(normal(0.02), tokens, width),
        "blocks": [block() for _ in range(config["depth"])],
        "norm": new_norm(width),
        "classes": new_dense(new, width, classes, lecun),
    }

    def forward(parameters, x):
        batch = x.shape[0]
        patches = x.reshape(batch, rows, side, columns, side * channels).transpose(0, 1, 3, 2, 4)
        h = dense(parameters["embedding"], patches.reshape(batch, tokens, -1)) + parameters["positions"]
        for p in parameters["blocks"]:
            q, k, v = dense(p["qkv"], layer_norm(p["norm1"], h)).reshape(batch, tokens, 3, heads, depth).transpose(2, 0, 3, 1, 4)
            weights = jax.nn.softmax(q @ k.swapaxes(-1, -2) / math.sqrt(depth))
            h = h + dense(p["output"], (weights @ v).swapaxes(1, 2).reshape(batch, tokens, width))
            h = h + dense(p["mlp2"], jax.nn.gelu(dense(p["mlp1"], layer_norm(p["norm2"], h)), approximate=True))
        return dense(parameters["classes"], layer_norm(parameters["norm"], h).mean(1))

    return parameters, forward


def create_model(config, shape, classes):
    """Parameters and `forward(parameters, x) -> logits`."""
    if config.get("dropout") or config.get("normalization", "none") != "none" or config.get("activation", "relu") != "relu":
        raise ValueError("dropout, norms after convolutions and activations other than relu are not part of the benchmarks")
    make = {"mlp": mlp, "cnn": cnn, "resnet": resnet, "vit": vit}.get(config["kind"])
    if make is None:
        raise ValueError(f"no JAX model of kind {config['kind']}")
    return make(Keys(0), config, shape, classes)
