"""Writes an MLflow database beside this script.

    pip install mlflow-skinny==3.17.2 sqlalchemy alembic           python make-mlflow.py mlflow-3.db
    pip install mlflow-skinny==1.30.1 'sqlalchemy<2' alembic       python make-mlflow.py mlflow-1.db
    either                                                         python make-mlflow.py mlruns

The same runs whichever the version and the store: a finished one, one that failed, one that still runs, and a deleted one.
"""
import os
import shutil
import sys

target = os.path.join(os.path.dirname(os.path.abspath(__file__)), sys.argv[1])
shutil.rmtree(target, ignore_errors=True)
if os.path.exists(target):
    os.remove(target)
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow  # noqa: E402
from mlflow.entities import Metric, Param, RunTag  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402

client = MlflowClient(("sqlite:///" if target.endswith(".db") else "") + target)
start = 1_700_000_000_000
experiment = client.create_experiment("digits", artifact_location="/nowhere/artifacts")


def run(name, order, params, metrics, status, tags=()):
    tags = dict(tags, **{"mlflow.runName": name, "mlflow.user": "ada", "mlflow.source.name": "train.py"})
    made = client.create_run(experiment, start_time=start + order * 60_000, tags=tags)
    client.log_batch(made.info.run_id, metrics=[Metric(key, value, start + order * 60_000 + 1000 * (i + 1), step) for i, (key, step, value) in enumerate(metrics)],
                     params=[Param(key, value) for key, value in params.items()])
    if status is not None:
        client.set_terminated(made.info.run_id, status, end_time=start + order * 60_000 + 30_000)
    return made.info.run_id


good = [("loss", step, 2.0 ** -step) for step in range(6)] + [("val_accuracy", step, 1 - 2.0 ** -step / 2) for step in range(6)]
good += [("odd", 0, float("nan")), ("odd", 1, float("inf")), ("odd", 2, float("-inf")), ("odd", 3, 0.5)]
good += [("unstepped", 0, value) for value in (3.0, 2.0, 1.0)]
good += [("twice", 4, 1.0), ("twice", 4, 2.0), ("twice", 5, 3.0), ("behind", -3, 1.0), ("behind", 0, 2.0)]
run("good", 0, {"lr": "0.001", "optimizer": "adam", "layers": "[32, 32]", "seed": "007"}, good, "FINISHED", {"mlflow.note.content": "The **best** one.", "team": "vision"})
run("bad", 1, {"lr": "10"}, [("loss", 0, 9.0)], "FAILED")
run("going", 2, {"lr": "0.1"}, [("loss", 0, 1.0), ("loss", 1, 0.5)], None)
run("empty", 3, {}, [], "KILLED")
client.delete_run(run("gone", 4, {"lr": "1"}, [("loss", 0, 1.0)], "FINISHED"))

# The experiment that MLflow makes by itself names the folder it was made in, which is this machine's.
if target.endswith(".db"):
    import sqlite3

    with sqlite3.connect(target) as database:
        database.execute("UPDATE experiments SET artifact_location = '/nowhere/artifacts' WHERE experiment_id = 0")
    database.execute("VACUUM")
else:
    place = os.path.join(target, "0", "meta.yaml")
    with open(place) as file:
        lines = ["artifact_location: /nowhere/artifacts\n" if line.startswith("artifact_location:") else line for line in file]
    with open(place, "w") as file:
        file.writelines(lines)
