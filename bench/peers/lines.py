"""The peers' side of bench/line-process.ts: each line of JSON on standard input gets one on standard output."""

import json
import os
import sys


def serve(prepare):
    """`prepare(request)` gives a function `time(steps) -> (ms of a step, last loss)` and what to answer."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not get among the answers
    time = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                time = None  # lets the last model go first
                time, answer = prepare(request)
            else:
                ms, loss = time(request["steps"])
                answer = {"ms": ms, "loss": loss}
        except Exception as error:  # the other peers go on
            answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def warm_up(run):
    """31 steps, fewer where they take more than three seconds."""
    milliseconds, _ = run(3)
    run(max(1, min(28, int(3000 / milliseconds))))
