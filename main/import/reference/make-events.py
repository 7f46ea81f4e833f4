"""Writes the event files beside this script, and what TensorBoard itself reads from them (events.json).

    pip install tensorflow-cpu==2.21.0 tensorboard==2.21.0 tensorboardX==2.6.5
    python make-events.py

Runs: `tf2/train` (TensorFlow 2: scalars as tensors, hyperparameters, an image, a histogram and a text that are left out), `tf2/half`
(float16, bfloat16 and float64 scalars), `tf1` (scalars as simple_value), `restarted` (three files: a crash at step 6, a restart at 4).
"""
import glob
import json
import math
import os
import shutil

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api as hp
from tensorboardX import SummaryWriter

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "events")
shutil.rmtree(here, ignore_errors=True)


def tf2():
    with tf.summary.create_file_writer(os.path.join(here, "tf2/train"), filename_suffix=".a").as_default():
        hp.hparams({"lr": 0.001, "layers": 3, "optimizer": "adam", "amp": True})
        for step in range(12):
            tf.summary.scalar("epoch_loss", 2.0 / (step + 1), step=step)
            tf.summary.scalar("val_accuracy", 1 - 1 / (step + 2), step=step)
        tf.summary.scalar("epoch_loss", math.nan, step=12)
        tf.summary.scalar("epoch_loss", math.inf, step=13)
        tf.summary.image("picture", np.zeros([1, 2, 2, 3], np.float32), step=0)
        tf.summary.histogram("weights", np.arange(5, dtype=np.float32), step=0)
        tf.summary.text("note", "hello", step=0)
    with tf.summary.create_file_writer(os.path.join(here, "tf2/half"), filename_suffix=".a").as_default():
        for step, value in enumerate([1.5, -0.25, 65504.0]):
            for name, dtype in (("half", tf.float16), ("brain", tf.bfloat16), ("double", tf.float64)):
                tf.summary.write(name, tf.cast(value, dtype), step=step, metadata=tf.compat.v1.SummaryMetadata(
                    plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")))


def tf1():
    with SummaryWriter(os.path.join(here, "tf1")) as writer:
        for step in range(5):
            writer.add_scalar("Loss/train", 3.0 - step / 2, step * 10)
        writer.add_histogram("weights", np.arange(5), 0)
        writer.add_text("args", "lr = 1", 0)


def restarted():
    folder = os.path.join(here, "restarted")
    for number, (steps, restart, scale) in enumerate([(range(0, 7), None, 1.0), (range(4, 9), 4, 10.0)]):
        with SummaryWriter(folder, purge_step=restart, filename_suffix=f".{number}") as writer:
            for step in steps:
                writer.add_scalar("loss", scale * step, step)
    # Their names hold the second at which they were made: put them apart.
    for number, file in enumerate(sorted(glob.glob(folder + "/*"), key=lambda name: name[-1])):
        os.rename(file, os.path.join(folder, f"events.out.tfevents.{1700000000 + number}.host.{number}"))


def read(folder):
    events = EventAccumulator(folder, size_guidance={"tensors": 0, "scalars": 0, "images": 1, "histograms": 1})
    events.Reload()
    curves = {}
    for tag in events.Tags()["scalars"]:
        curves[tag] = [[event.step, event.wall_time, event.value] for event in events.Scalars(tag)]
    for tag in events.Tags()["tensors"]:
        if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            curves[tag] = [[event.step, event.wall_time, float(tf.make_ndarray(event.tensor_proto))] for event in events.Tensors(tag)]
    return curves


tf2(), tf1(), restarted()
runs = sorted({os.path.dirname(file) for file in glob.glob(here + "/**/*tfevents*", recursive=True)})
said = {os.path.relpath(run, here): {tag: [[step, time, str(value)] for step, time, value in curve] for tag, curve in read(run).items()} for run in runs}
with open(os.path.join(os.path.dirname(here), "events.json"), "w") as file:
    json.dump(said, file, indent=1)
    file.write("\n")
