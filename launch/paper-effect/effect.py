"""Trains the cells of the experiment that are not in the CSV yet, and draws up its tables from the CSV alone.

ResNet-20 on 5,000 images of CIFAR-10, batch 128, cosine, flip and crop. Adam with coupled L2 and AdamW with decoupled decay over a grid of
learning rates and decays, chosen on 5,000 other images of the training files; three fresh seeds of each method's best and second best on the
test file; AdamW's best decay for budgets of 10, 40 and 160 epochs.
"""

import argparse
import concurrent.futures
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tables import BATCH, accuracy

FIELDS = [
    "stage", "method", "alpha", "decay", "epochs", "seed", "accuracy", "loss", "train_loss",
    "state", "seconds",
]
METHODS = ["adam", "adamw"]
# So wide that the best lies inside; Adam's ends in a corner without its last row and column.
ALPHAS = {
    "adam": [5e-4, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2],
    "adamw": [5e-4, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2],
}
DECAYS = {
    "adam": [0, 1.5625e-5, 6.25e-5, 2.5e-4, 1e-3, 4e-3, 1.6e-2],
    "adamw": [0, 1.25e-4, 5e-4, 2e-3, 8e-3, 3.2e-2],
}
EPOCHS = 30
SEEDS = [11, 12, 13]
BUDGETS = [10, 40, 160]
BUDGET_DECAYS = [2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3, 8e-3]


def key(cell):
    return (cell["stage"], cell["method"], float(cell["alpha"]), float(cell["decay"]),
            int(cell["epochs"]), int(cell["seed"]))


def read(path):
    if not path.exists():
        return {}
    with path.open() as file:
        return {key(row): row for row in csv.DictReader(file)}


def cell(stage, method, alpha, decay, epochs=EPOCHS, seed=1):
    return dict(stage=stage, method=method, alpha=alpha, decay=decay, epochs=epochs, seed=seed)


def train(program, data, job):
    """One run of the program; the row it gives."""
    decay = ["--l2", f"{job['decay']}"] if job["method"] == "adam" else [
        "--weight-decay", f"{job['decay']}", "--allow-strong-decay"]
    # The test file counts for the fresh seeds only; all else is chosen on images held out of the training files.
    images = [] if job["stage"] == "seeds" else ["--val-fraction", "0.1"]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            program, "train", "--data", data, "--model", "resnet20", "--train-fraction", "0.1",
            "--batch-size", str(BATCH), "--epochs", str(job["epochs"]), "--sched", "cosine",
            "--augment", "crop-flip", "--opt", job["method"], "--lr", f"{job['alpha']}", *decay,
            "--seed", str(job["seed"]), "--eval-every", "0", "--threads", "1", "--no-pin",
            "--output", f"{folder}/run", "--json", *images,
        ]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # 70: diverged, which is a result.
        if run.returncode not in (0, 70):
            sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr}")
        summary = json.loads(run.stdout.splitlines()[-1])
    part = "val" if images else "test"
    return dict(
        job, accuracy=summary[f"{part}_accuracy"], loss=summary[f"{part}_loss"],
        train_loss=summary["train_loss"], state=summary["state"], seconds=round(summary["seconds"], 1),
    )


def run(jobs, options):
    """Trains what is missing; each row is in the file as soon as it is there."""
    done = read(options.csv)
    missing = [job for job in jobs if key(job) not in done]
    if not missing:
        return
    new = not options.csv.exists()
    with options.csv.open("a", newline="") as file, concurrent.futures.ThreadPoolExecutor(
            options.jobs) as pool:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        if new:
            writer.writeheader()
        futures = [pool.submit(train, options.program, options.data, job) for job in missing]
        for number, future in enumerate(concurrent.futures.as_completed(futures), 1):
            row = future.result()
            writer.writerow(row)
            file.flush()
            print(f"{number} of {len(missing)}: {row['stage']} {row['method']} α {row['alpha']:g} "
                  f"decay {row['decay']:g} epochs {row['epochs']} seed {row['seed']}: "
                  f"{accuracy(row):.2f} %, {row['seconds']:.0f} s", file=sys.stderr, flush=True)


def grid():
    return [cell("grid", m, a, d) for m in METHODS for d in DECAYS[m] for a in ALPHAS[m]]


def ranking(rows, method):
    of = [r for r in rows.values() if r["stage"] == "grid" and r["method"] == method]
    return sorted(of, key=accuracy, reverse=True)


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--csv", type=Path, default=here / "results.csv")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    os.environ.pop("OPENBLAS_CORETYPE", None)
    run(grid(), options)
    rows = read(options.csv)
    ranked = {m: ranking(rows, m) for m in METHODS}
    # The second best too: what one seed chose may be luck.
    run([cell("seeds", m, float(ranked[m][place]["alpha"]), float(ranked[m][place]["decay"]), seed=s)
         for place in (0, 1) for s in SEEDS for m in METHODS], options)
    alpha = float(ranked["adamw"][0]["alpha"])
    run([cell("budget", "adamw", alpha, d, epochs=e) for e in BUDGETS for d in BUDGET_DECAYS],
        options)


if __name__ == "__main__":
    main()
