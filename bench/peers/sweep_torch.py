"""The sweep of `loupe template critical-batch-size`, written plainly in PyTorch: resident tensors, a plain loop, evaluation without gradients.

python sweep_torch.py DATA_FOLDER THREADS < request.json, where the request holds the config and the split: which examples to train and
validate on. DATA_FOLDER holds IDX files named as Fashion-MNIST's.

For each batch size: train with each seed until the target is met at an evaluation, or the cap. Two seeds, then more while the number of
steps K is not known well enough. The last line of standard output is the result as JSON.
"""

import gzip
import json
import math
import os
import statistics
import struct
import sys

import torch
import torch.nn.functional as F

from models_torch import create_model

folder, threads = sys.argv[1], int(sys.argv[2])
request = json.load(sys.stdin)
config = request["config"]
run, sweep = config["run"], config["sweep"]
target = sweep["target"]
torch.set_num_threads(threads)

unsupported = [
    ("target", target["criterion"], ("train-loss", "validation-loss", "validation-accuracy")),
    ("learningRateRule", sweep["learningRateRule"], ("optimizer",)),
    ("schedule", run["schedule"]["kind"], ("constant",)),
    ("warmupExamples", run["schedule"]["warmupExamples"], (0,)),
    ("coupling", run["schedule"]["coupling"], ("none",)),
    ("labelSmoothing", run["labelSmoothing"], (0,)),
]
for name, value, known in unsupported:
    if value not in known:
        sys.exit(f"This script knows {name} {', '.join(map(str, known))}, not {value}.")


def read_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    rank = data[3]
    shape = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
    return torch.frombuffer(bytearray(data[4 + 4 * rank :]), dtype=torch.uint8).view(shape)


def load():
    def part(name):
        inputs = read_idx(os.path.join(folder, f"{name}-images-idx3-ubyte.gz"))
        return inputs.unsqueeze(1), read_idx(os.path.join(folder, f"{name}-labels-idx1-ubyte.gz")).long()

    (inputs, labels), test = part("train"), part("t10k")
    train, validation = torch.tensor(request["train"]), torch.tensor(request["validation"], dtype=torch.long)
    mean, deviation = inputs[train].float().mean(), inputs[train].float().std()
    normalised = lambda x: (x.float() - mean) / deviation
    split = lambda indices: (normalised(inputs[indices]), labels[indices])
    return split(train), split(validation), (normalised(test[0]), test[1])


train, validation, test = load()
examples = len(train[1])
every = run["evaluation"]["everyExamples"] or max(1, examples // 10)
evaluated = run["evaluation"]["trainExamples"] or examples
cap = sweep["maxExamples"] or 50 * examples
height, width = train[0].shape[2:]


@torch.inference_mode()
def evaluate(model, data, chunk=2048):
    inputs, labels = data
    loss = correct = 0
    for x, y in zip(inputs.split(chunk), labels.split(chunk)):
        logits = model(x)
        loss += F.cross_entropy(logits, y, reduction="sum").item()
        correct += (logits.argmax(1) == y).sum().item()
    return loss / len(labels), correct / len(labels)


def make_optimizer(parameters):
    o = run["optimizer"]
    shared = dict(lr=o["learningRate"], weight_decay=o["weightDecay"], fused=True)
    if o["kind"] == "sgd":
        return torch.optim.SGD(parameters, **shared)
    if o["kind"] in ("momentum", "nesterov"):
        return torch.optim.SGD(parameters, momentum=o["momentum"], nesterov=o["kind"] == "nesterov", **shared)
    if o["kind"] in ("adam", "adamw"):
        make = torch.optim.Adam if o["kind"] == "adam" else torch.optim.AdamW
        return make(parameters, betas=(o["beta1"], o["beta2"]), eps=o["epsilon"], **shared)
    sys.exit(f"This script knows no optimizer {o['kind']}.")


evaluations = 0


def criterion(model):
    """The target's criterion, turned so that lower is better. Train and validation are always evaluated, as a log of both needs."""
    global evaluations
    evaluations += 1
    train_loss, _ = evaluate(model, (train[0][:evaluated], train[1][:evaluated]))
    validation_loss, accuracy = evaluate(model, validation) if len(validation[1]) else (math.nan, math.nan)
    return {"train-loss": train_loss, "validation-loss": validation_loss, "validation-accuracy": 1 - accuracy}[target["criterion"]]


goal = 1 - target["value"] if target["criterion"] == "validation-accuracy" else target["value"]


def train_once(batch, seed):
    """Steps until the target, between two evaluations along a line of the logarithm, and the examples seen; None where the cap came first."""
    torch.manual_seed(seed)
    model = create_model(run["model"], [height, width, 1], 10)
    optimizer = make_optimizer(model.parameters())
    inputs, labels = train
    last_step, last_value = 0, criterion(model)
    losses, order, position, step, reached = [], torch.randperm(examples), 0, 0, None
    while step * batch < cap:
        if position + batch > examples:
            # The rest of one epoch and the beginning of the next, so that no example is left out.
            rest, order = order[position:], torch.randperm(examples)
            position = batch - len(rest)
            chosen = torch.cat([rest, order[:position]])
        else:
            chosen, position = order[position : position + batch], position + batch
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(inputs[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        step += 1
        if step * batch // every > (step - 1) * batch // every or step * batch >= cap:
            value = criterion(model)
            if not math.isfinite(value):
                break
            if value <= goal:
                share = (math.log(last_value) - math.log(goal)) / (math.log(last_value) - math.log(value)) if value > 0 else 1
                reached = last_step + (step - last_step) * share
                break
            last_step, last_value = step, value
    if run["evaluation"]["testAtEnd"]:
        evaluate(model, test)
    return reached, step * batch


runs = []
for batch in sweep["batchSizes"]:
    steps = []
    for index in range(sweep["maxSeeds"]):
        known_well = len(steps) > 1 and statistics.stdev(steps) / math.sqrt(len(steps)) <= sweep["seedPrecision"] * statistics.mean(steps)
        if index >= sweep["minSeeds"] and known_well:
            break
        if index > 0 and not steps and sweep["stopHopeless"]:
            break
        seed = sweep["firstSeed"] + index
        reached, seen = train_once(batch, seed)
        if reached is not None:
            steps.append(reached)
        runs.append({"batchSize": batch, "seed": seed, "steps": reached, "examples": seen if reached is None else reached * batch, "censored": reached is None})
        print(f"batch {batch}, seed {seed}: {reached} steps", file=sys.stderr)

print(json.dumps({"version": torch.__version__, "evaluations": evaluations, "runs": runs}))
