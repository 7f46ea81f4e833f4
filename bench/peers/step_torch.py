"""Times PyTorch training steps: `python step_torch.py eager|compile THREADS`, spoken to as bench/step-protocol.ts says."""

import sys
import time

import torch
import torch.nn.functional as F

from lines import serve, warm_up
from models_torch import create_model

is_compiled, threads = sys.argv[1] == "compile", int(sys.argv[2])
torch.set_num_threads(threads)


def prepare(request):
    torch.manual_seed(0)  # the same first weights and batch each time, however many steps were timed before
    torch._dynamo.reset()
    (height, width, channels), batch, examples = request["shape"], request["batch"], request["examples"]
    model = create_model(request["model"], request["shape"], request["classes"])
    # As a user with data that fit keeps them: normalised float32, resident, no loader.
    inputs = ((torch.randint(0, 256, (examples, channels, height, width)) - 127.5) / 73.9).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, request["classes"], (examples,))
    optimizer = torch.optim.SGD(model.parameters(), lr=request["learningRate"], momentum=request["momentum"], fused=True)
    forward = lambda x, y: F.cross_entropy(model(x), y)
    loss_of = torch.compile(forward, dynamic=False) if is_compiled else forward
    order, position = torch.randperm(examples), 0

    def step():
        nonlocal order, position
        if position + batch > examples:
            order, position = torch.randperm(examples), 0
        chosen, position = order[position : position + batch], position + batch
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(inputs[chosen], labels[chosen])
        loss.backward()
        optimizer.step()
        return loss.item()

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            loss = step()
        return (time.perf_counter() - start) / steps * 1e3, loss

    first_loss = step()
    warm_up(run)
    parameters = sum(p.numel() for p in model.parameters())
    return run, {"parameters": parameters, "firstLoss": first_loss, "version": torch.__version__}


serve(prepare)
