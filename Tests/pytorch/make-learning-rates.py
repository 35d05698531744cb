"""Makes the golden of learning rate schedules: Tests/Goldens/learning-rates.json.

    $(Tests/pytorch/environment.sh) Tests/pytorch/make-learning-rates.py            writes the file
    $(Tests/pytorch/environment.sh) Tests/pytorch/make-learning-rates.py --check    makes it anew and compares

Each case has the numbers of a schedule and `eta`, the learning rate at every step of its epochs when the base rate is
1. Steps, cosine, restarts and warm-up are PyTorch's schedulers, in Python's float64; constant and linear pieces are
NumPy's. A scheduler is told the step, not the epoch, so that epochs of STEPS steps become milestones and periods of
as many steps.
"""

import argparse
import json
import pathlib
import sys

import numpy as np
import torch
from torch.optim import lr_scheduler

FILE = pathlib.Path(__file__).resolve().parent.parent / "Goldens" / "learning-rates.json"
STEPS = 4


def optimizer(rate=1.0):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def rates(make, steps, rate=1.0):
    """The rate at each step of a scheduler that is told every step."""
    sgd = optimizer(rate)
    scheduler, values = make(sgd), []
    for _ in range(steps):
        values.append(sgd.param_groups[0]["lr"])
        sgd.step()
        scheduler.step()
    return values


def step(epochs, milestones, factor):
    drops = [milestone * STEPS for milestone in milestones]
    return rates(lambda sgd: lr_scheduler.MultiStepLR(sgd, drops, factor), epochs * STEPS)


def cosine(epochs):
    return rates(lambda sgd: lr_scheduler.CosineAnnealingLR(sgd, epochs * STEPS), epochs * STEPS)


def warm_cosine(epochs, warmup):
    w = warmup * STEPS

    def make(sgd):
        rise = lr_scheduler.LinearLR(sgd, 1 / w, 1, total_iters=w - 1)
        fall = lr_scheduler.CosineAnnealingLR(sgd, epochs * STEPS - w)
        return lr_scheduler.SequentialLR(sgd, [rise, fall], [w])

    return rates(make, epochs * STEPS)


def restarts(epochs, first, factor, least, most):
    """As its documentation has it for batches: step(epoch + batch / batches)."""
    sgd = optimizer(most)
    scheduler, values = lr_scheduler.CosineAnnealingWarmRestarts(sgd, first, factor, least), []
    for number in range(epochs * STEPS):
        scheduler.step(number / STEPS)
        values.append(sgd.param_groups[0]["lr"])
        sgd.step()
    return values


def pieces(epochs, knots, linear):
    at = np.arange(epochs * STEPS) / STEPS
    where, values = np.array(knots, dtype=float).T
    if linear:
        return np.interp(at, where, values).tolist()
    return np.append(1.0, values)[np.searchsorted(where, at, side="right")].tolist()


def make():
    knots = [[0, 0.2], [2.5, 1.5], [3, 1], [9, 0.05]]
    return {
        "about": {
            "description": "eta at every step, epochs of `steps_per_epoch` steps",
            "script": "Tests/pytorch/make-learning-rates.py",
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "steps_per_epoch": STEPS,
        "step": {"epochs": 10, "drops": [3, 6, 8], "factor": 0.1, "eta": step(10, [3, 6, 8], 0.1)},
        "cosine": {"epochs": 13, "eta": cosine(13)},
        "warm_cosine": {"epochs": 13, "warmup": 3, "eta": warm_cosine(13, 3)},
        "restarts": [
            {"epochs": epochs, "first": first, "factor": factor, "least": least, "most": most,
             "eta": restarts(epochs, first, factor, least, most)}
            for epochs, first, factor, least, most in [(15, 3, 2, 0.1, 0.8), (10, 2, 1, 0, 1), (17, 1, 3, 0, 1)]
        ],
        "constant_pieces": {"epochs": 12, "knots": knots[1:], "eta": pieces(12, knots[1:], False)},
        "linear_pieces": {"epochs": 12, "knots": knots, "eta": pieces(12, knots, True)},
    }


def encode(value, indent=""):
    """JSON with one line for each list of numbers."""
    inner = indent + " "
    if isinstance(value, dict):
        items = [f"{inner}{json.dumps(key)}: {encode(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + encode(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value)


def agree(old, new):
    if isinstance(new, dict):
        return old.keys() == new.keys() and all(key == "about" or agree(old[key], new[key]) for key in new)
    if isinstance(new, list):
        return len(old) == len(new) and all(agree(*pair) for pair in zip(old, new))
    return abs(old - new) <= 1e-14


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    check = arguments.parse_args().check
    golden = make()
    if check:
        same = agree(json.loads(FILE.read_text()), json.loads(json.dumps(golden)))
        print(f"{FILE.name}: {'agrees' if same else 'differs'}")
        sys.exit(0 if same else 1)
    text = encode(golden) + "\n"
    FILE.write_text(text)
    print(f"{FILE.name}: {len(text)} bytes")


if __name__ == "__main__":
    main()
