"""Times PyTorch's top-k of magnitudes, with the gather of the values: `python topk_torch.py THREADS`, spoken to as bench/line-process.ts says."""

import sys
import time

import numpy as np
import torch

from lines import serve

torch.set_num_threads(int(sys.argv[1]))


def prepare(request):
    values = torch.from_numpy(np.fromfile(request["file"], dtype=np.float32))
    kept = request["kept"]

    @torch.inference_mode()
    def run(calls):
        started = time.perf_counter()
        for _ in range(calls):
            indices = torch.topk(values.abs(), kept, sorted=False).indices
            sent = values[indices]
        return (time.perf_counter() - started) * 1000 / calls, sent.numel()

    run(2)
    return run, {"version": torch.__version__}


serve(prepare)
