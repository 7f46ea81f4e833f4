"""Times JAX training steps: `python step_jax.py`, spoken to as bench/step-protocol.ts says. XLA takes as many threads as there are cores."""

import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from lines import serve, warm_up
from models_jax import create_model


def prepare(request):
    jax.clear_caches()
    batch, examples, classes = request["batch"], request["examples"], request["classes"]
    rate, momentum = request["learningRate"], request["momentum"]
    parameters, forward = create_model(request["model"], request["shape"], classes)
    random = np.random.default_rng(0)
    # As a user with data that fit keeps them: normalised float32, resident, gathered within the compiled step.
    inputs = jnp.asarray((random.integers(0, 256, (examples, *request["shape"])) - 127.5) / 73.9, jnp.float32)
    labels = jnp.asarray(random.integers(0, classes, examples))
    count = sum(p.size for p in jax.tree.leaves(parameters))
    velocity = jax.tree.map(jnp.zeros_like, parameters)

    def loss_of(parameters, x, y):
        return -jnp.take_along_axis(jax.nn.log_softmax(forward(parameters, x)), y[:, None], 1).mean()

    @partial(jax.jit, donate_argnums=(0, 1))
    def update(parameters, velocity, inputs, labels, chosen):
        loss, gradients = jax.value_and_grad(loss_of)(parameters, inputs[chosen], labels[chosen])
        velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, gradients)
        return jax.tree.map(lambda p, v: p - rate * v, parameters, velocity), velocity, loss

    order, position = random.permutation(examples), 0

    def step():
        nonlocal parameters, velocity, order, position
        if position + batch > examples:
            order, position = random.permutation(examples), 0
        chosen, position = order[position : position + batch], position + batch
        parameters, velocity, loss = update(parameters, velocity, inputs, labels, chosen)
        return float(loss)

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            loss = step()
        return (time.perf_counter() - start) / steps * 1e3, loss

    first_loss = step()
    warm_up(run)
    return run, {"parameters": int(count), "firstLoss": first_loss, "version": jax.__version__}


serve(prepare)
