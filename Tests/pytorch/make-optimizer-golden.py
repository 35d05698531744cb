"""Makes the goldens of the update rules: 50 steps of other programs' optimizers in float64.

    Tests/pytorch/make-optimizer-golden.sh            writes the files
    Tests/pytorch/make-optimizer-golden.sh --check    makes them anew and compares

Tests/Goldens/optimizer-inputs.json        the start, the gradients and the schedules that all share
Tests/Goldens/optimizers-pytorch.json      torch.optim
Tests/Goldens/optimizers-keras.json        keras.optimizers
Tests/Goldens/optimizers-optax.json        optax
Tests/Goldens/optimizers-transcribed.json  transcriptions: the paper, its authors' code, TensorFlow Addons, SWATS

A case says what made it, rule, dialect and options (named as this program's flags; lr is the base rate, which the
schedule multiplies; weight-decay as the dialect means it), gradients and schedule by name, and the parameters after
some steps in full precision. Every trajectory is compared with the rule written out (optimizer_sources/formulas.py); the
largest deviation is printed.
"""

import argparse
import json
import pathlib
import platform
import sys

import numpy as np

from optimizer_sources import formulas, keras_rules, optax_rules, sequences, torch_rules, transcriptions

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Goldens"
RECORDED = [1, 2, 3, 5, 10, 20, 30, 40, 50]
# Of the largest value that an element has had. Centered RMSprop subtracts nearly equal numbers.
TOLERANCE = 1e-11


def about(description, sources):
    return {
        "description": description,
        "script": "Tests/pytorch/make-optimizer-golden.py",
        **sources,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "precision": "computed and written in float64",
    }


def deviation(one, other, start):
    """The largest difference, of the largest absolute value that the element has had."""
    scale = np.maximum.accumulate(np.abs(np.vstack([start, other])))[1:]
    return np.max(np.abs(one - other) / np.where(scale > 0, scale, 1))


def record(dialect, rule, options, gradients, schedule, run):
    start, inputs = sequences.start(), (sequences.GRADIENTS[gradients], sequences.MULTIPLIERS[schedule])
    made_by, after, *more = run(rule, options, start, *inputs)
    assert np.isfinite(after).all(), made_by
    line = f"{dialect:8}{rule:9}{gradients:7}{made_by}"
    if rule == "swats":
        print(f"{line}: {more[0] or 'no switch'}")
    else:
        found = deviation(after, formulas.trajectory(dialect, rule, options, start, *inputs), start)
        print(f"{line}: {found:.1e}")
        assert found < TOLERANCE, "not the rule written out"
    return {
        "made-by": made_by,
        "dialect": dialect,
        "rule": rule,
        "options": options,
        "gradients": gradients,
        "schedule": schedule,
        **(more[0] if more else {}),
        "parameters": [after[step - 1].tolist() for step in RECORDED],
    }


def make_inputs():
    return {
        "about": about("what all cases of the files optimizers-*.json share: [element] and [step, element]", {}),
        "start": sequences.start().tolist(),
        "gradients": {name: values.tolist() for name, values in sequences.GRADIENTS.items()},
        "schedules": {name: values.tolist() for name, values in sequences.MULTIPLIERS.items()},
    }


def make_library(module):
    cases = [record(module.DIALECT, *case, "cosine", module.run) for case in module.CASES]
    return {"about": about("parameters after the steps", module.SOURCES), "steps": RECORDED, "cases": cases}


def make_transcribed():
    cases = []
    for dialect, rule, options, gradients, schedule in transcriptions.CASES:
        run = lambda *inputs, dialect=dialect: transcriptions.run(dialect, *inputs)
        cases.append(record(dialect, rule, options, gradients, schedule, run))
    sources = {"sources": transcriptions.__doc__.strip()}
    return {"about": about("parameters after the steps", sources), "steps": RECORDED, "cases": cases}


MAKERS = {
    "optimizer-inputs.json": make_inputs,
    "optimizers-pytorch.json": lambda: make_library(torch_rules),
    "optimizers-keras.json": lambda: make_library(keras_rules),
    "optimizers-optax.json": lambda: make_library(optax_rules),
    "optimizers-transcribed.json": make_transcribed,
}


def encode(value, indent=""):
    """JSON with one line for each list of numbers and for each case's options; numbers in full."""
    inner = indent + " "
    if isinstance(value, dict) and indent.count(" ") < 3:
        items = [f"{inner}{json.dumps(key)}: {encode(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        return "[\n" + ",\n".join(inner + encode(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, separators=(",", ":") if isinstance(value, list) else None, allow_nan=False)


def differences(old, new, path=""):
    """Paths at which two files disagree: numbers beyond rounding, anything else at all."""
    if path == "/about":
        return []
    if isinstance(new, dict) and isinstance(old, dict) and old.keys() == new.keys():
        return [found for key in new for found in differences(old[key], new[key], f"{path}/{key}")]
    if isinstance(new, list) and isinstance(old, list) and len(old) == len(new):
        return [found for i, pair in enumerate(zip(old, new)) for found in differences(*pair, f"{path}/{i}")]
    if type(new) is float and type(old) is float:
        return [] if abs(old - new) <= 1e-12 + 1e-10 * abs(new) else [f"{path}: {old} in the file, {new} now"]
    return [] if old == new else [f"{path}: differs"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = arguments.parse_args().check
    failed = False
    for name, make in MAKERS.items():
        text = encode(make()) + "\n"
        file = GOLDENS / name
        if check:
            found = differences(json.loads(file.read_text()), json.loads(text))
            print(f"{name}: {'agrees' if not found else str(len(found)) + ' differences'}")
            print("\n".join(found[:20]), end="\n" if found else "")
            failed = failed or bool(found)
        else:
            file.write_text(text)
            print(f"{name}: {len(text)} bytes")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
