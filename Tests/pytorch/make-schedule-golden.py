"""Makes the golden of the schedule in the authors' code of the AdamW paper. Needs Python alone.

    python3 Tests/pytorch/make-schedule-golden.py            writes the file
    python3 Tests/pytorch/make-schedule-golden.py --check    makes it anew and compares

Tests/Goldens/authors-schedule.json    github.com/loshchil/AdamW-and-SGDW, train.lua at 7e88245, transcribed: the
                                       cosine with restarts (learningRateCosineSGDR) and the normalised decay of
                                       SGDW and ADAMW

The schedule is a running sum, T_cur += 1 / (Te * nBatches), and rounding decides whether as many additions as a period
has batches reach 1. The first period starts before batch 1, so its last batch has eta 0 and the restart is at batch 1
either way; the later ones start at their first batch, and where the sum falls short the next restart comes a batch
later, and so on with every period. Lua's numbers are float64, as Python's.

`restarts` has every restart as [epoch, batch, Te of the period that begins]; `samples` has [epoch, batch, eta,
1 / sqrt(nBatches * Te)] around the restarts, the ends of periods and in the middle. Epochs and batches count from 1.
"""

import argparse
import json
import math
import pathlib
import platform
import sys

FILE = pathlib.Path(__file__).resolve().parent.parent / "Goldens" / "authors-schedule.json"

# nBatches, Te, Tmult, epochs.
CASES = [
    *[(batches, 1, 1, 24) for batches in (40, 79, 196, 391)],
    *[(batches, 1, 2, 63) for batches in (40, 79, 196, 391)],
    *[(batches, 3, 1, 24) for batches in (40, 79, 196, 391)],
    *[(batches, 3, 2, 93) for batches in (40, 79, 196, 391)],
    *[(batches, 10, 1, 60) for batches in (40, 79, 196, 391)],
    *[(batches, 10, 2, 150) for batches in (40, 79, 196, 391)],
    (391, 100, 1, 400),
    (391, 100, 2, 1500),
]


class Options:
    """`opt` as far as the schedule uses it, as Trainer:__init leaves it."""

    def __init__(self, te, tmult):
        self.T_cur = 0.0
        self.Te = te
        self.Tmult = tmult
        self.EpochNext = 1 + te


def learning_rate_cosine_sgdr(opt, epoch, batches):
    """Called before every batch. Returns eta, the learning rate over -LR, and whether a period begins."""
    restarts = False
    opt.T_cur = opt.T_cur + 1 / (opt.Te * batches)
    if opt.T_cur >= 1:
        opt.T_cur = 1
    if opt.T_cur >= 1 and epoch == opt.EpochNext:
        opt.T_cur = 0
        opt.Te = opt.Te * opt.Tmult
        opt.EpochNext = opt.EpochNext + opt.Te
        restarts = True
    return 0.5 * (1 + math.cos(math.pi * opt.T_cur)), restarts


def decay_factor(opt, batches):
    """What weightDecay is multiplied by, besides eta, right after the learning rate of the same batch."""
    return 1 / math.pow(batches * opt.Te, 0.5)


def make_case(batches, te, tmult, epochs):
    opt = Options(te, tmult)
    steps, restarts = [], []
    for epoch in range(1, epochs + 1):
        for batch in range(1, batches + 1):
            eta, begins = learning_rate_cosine_sgdr(opt, epoch, batches)
            steps.append([epoch, batch, eta, decay_factor(opt, batches)])
            if begins:
                restarts.append([epoch, batch, opt.Te])
    return {
        "batches-per-epoch": batches,
        "first-period": te,
        "factor": tmult,
        "epochs": epochs,
        "restarts": restarts,
        "samples": [steps[i] for i in sampled(batches, te, tmult, epochs, restarts)],
    }


def sampled(batches, te, tmult, epochs, restarts):
    """Indices of steps: a few where a period is meant to end and to begin and where it does, one at its middle; of many
    periods the first three and the last two."""
    boundaries, period = [0], te
    while boundaries[-1] < epochs:
        boundaries.append(boundaries[-1] + period)
        period *= tmult
    middles = [(one + other) * batches // 2 + 1 for one, other in zip(boundaries, boundaries[1:])]
    kept = boundaries if len(boundaries) <= 5 else boundaries[:3] + boundaries[-2:]
    near = [epoch * batches + offset for epoch in kept for offset in (-2, -1, 0, 1)]
    begun = [(epoch - 1) * batches + batch - 1 for epoch, batch, _ in restarts if epoch - 1 in kept]
    around = [step + offset for step in begun for offset in (-1, 0, 1)]
    return [i for i in sorted({*near, *around, *middles[:2], *middles[-1:]}) if 0 <= i < epochs * batches]


def describe(case):
    """In words, where the restarts are and whether eta is 0 at the ends of the periods."""
    late = [f"{epoch}.{batch}" for epoch, batch, _ in case["restarts"] if batch != 1]
    zeros = sum(eta == 0 for _, batch, eta, _ in case["samples"] if batch == case["batches-per-epoch"])
    ends = sum(batch == case["batches-per-epoch"] for _, batch, _, _ in case["samples"])
    return (
        f"{case['batches-per-epoch']} batches, Te {case['first-period']}, Tmult {case['factor']}, "
        f"{case['epochs']} epochs: {len(case['restarts'])} restarts, not at batch 1: {' '.join(late) or 'none'}; "
        f"eta 0 at {zeros} of {ends} recorded ends"
    )


def encode(golden):
    cases = []
    for case in golden["cases"]:
        head = json.dumps({key: value for key, value in case.items() if key != "samples"})[:-1]
        rows = ",\n   ".join(json.dumps(row, separators=(",", ":")) for row in case["samples"])
        cases.append(f'  {head}, "samples": [\n   {rows}]}}')
    return f'{{\n "about": {json.dumps(golden["about"])},\n "cases": [\n' + ",\n".join(cases) + "\n ]\n}\n"


def agree(old, new):
    if isinstance(new, dict):
        return old.keys() == new.keys() and all(agree(old[key], new[key]) for key in new)
    if isinstance(new, list):
        return len(old) == len(new) and all(agree(*pair) for pair in zip(old, new))
    if type(new) is float:
        return abs(old - new) <= 1e-15  # another libm's cosine
    return old == new


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    check = arguments.parse_args().check
    cases = [make_case(*case) for case in CASES]
    for case in cases:
        print(describe(case))
    about = {
        "description": "eta and 1/sqrt(nBatches*Te) of loshchil/AdamW-and-SGDW's train.lua, transcribed",
        "script": "Tests/pytorch/make-schedule-golden.py",
        "python": platform.python_version(),
        "precision": "computed and written in float64",
        "samples": "[epoch, batch, eta, 1/sqrt(nBatches*Te)], restarts: [epoch, batch, Te]; counted from 1",
    }
    text = encode({"about": about, "cases": cases})
    if check:
        same = agree(json.loads(FILE.read_text())["cases"], json.loads(text)["cases"])
        print(f"{FILE.name}: {'agrees' if same else 'differs'}")
        sys.exit(0 if same else 1)
    FILE.write_text(text)
    print(f"{FILE.name}: {len(text)} bytes")


if __name__ == "__main__":
    main()
