"""Ten updates by PyTorch's optimizers in float64, for optimizers.test.ts.

python pytorch.py > pytorch.json
"""

import json
import math

import torch

STEPS = 10
INITIAL = {"kernel": [[0.5, -1.0], [2.0, 0.25]], "bias": [0.1, -0.3, 1.5]}
# Varies, so that a learning rate kept inside the velocity would show.
LEARNING_RATES = [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.2, 0.2, 0.01, 0.01]


def gradient(step, name, shape):
    count = math.prod(shape)
    phase = 0.3 if name == "kernel" else 1.1
    return [math.sin(1.7 * step + 0.9 * i + phase) * (1 + i) for i in range(count)]


CASES = [
    ({"kind": "sgd", "weightDecay": 0}, lambda p: torch.optim.SGD(p, lr=1)),
    ({"kind": "sgd", "weightDecay": 0.05}, lambda p: torch.optim.SGD(p, lr=1, weight_decay=0.05)),
    ({"kind": "momentum", "momentum": 0.9, "weightDecay": 0}, lambda p: torch.optim.SGD(p, lr=1, momentum=0.9)),
    (
        {"kind": "momentum", "momentum": 0.8, "weightDecay": 0.05},
        lambda p: torch.optim.SGD(p, lr=1, momentum=0.8, weight_decay=0.05),
    ),
    (
        {"kind": "nesterov", "momentum": 0.9, "weightDecay": 0.05},
        lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, nesterov=True, weight_decay=0.05),
    ),
    ({"kind": "adam", "weightDecay": 0}, lambda p: torch.optim.Adam(p, lr=1)),
    (
        {"kind": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 0.001, "weightDecay": 0.05},
        lambda p: torch.optim.Adam(p, lr=1, betas=(0.8, 0.95), eps=0.001, weight_decay=0.05),
    ),
    ({"kind": "adamw", "weightDecay": 0}, lambda p: torch.optim.AdamW(p, lr=1, weight_decay=0)),
    ({"kind": "adamw", "weightDecay": 0.1}, lambda p: torch.optim.AdamW(p, lr=1, weight_decay=0.1)),
]


def train(make):
    parameters = {name: torch.tensor(values, dtype=torch.float64) for name, values in INITIAL.items()}
    optimizer = make(list(parameters.values()))
    path = []
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = LEARNING_RATES[step]
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(gradient(step, name, parameter.shape), dtype=torch.float64).reshape(parameter.shape)
        optimizer.step()
        path.append({name: parameter.flatten().tolist() for name, parameter in parameters.items()})
    return path


steps = [
    {
        "learningRate": LEARNING_RATES[step],
        "gradients": {name: gradient(step, name, torch.tensor(values).shape) for name, values in INITIAL.items()},
    }
    for step in range(STEPS)
]
initial = {name: {"shape": list(torch.tensor(v).shape), "values": torch.tensor(v).flatten().tolist()} for name, v in INITIAL.items()}
cases = [{"config": config, "parameters": train(make)} for config, make in CASES]
print(json.dumps({"pytorch": torch.__version__.split("+")[0], "initial": initial, "steps": steps, "cases": cases}))
