"""Draws up the tables of the experiment from results.csv alone: `tables.py [results.csv]`.

What it says of noise: an accuracy over n images has the standard error of a binomial, and a seed adds its own; the bootstrap draws every cell
anew with both and looks for the best decay again.
"""

import csv
import math
import random
import sys
from pathlib import Path

IMAGES, BATCH, HELD_OUT = 5000, 128, 5000
DRAWS = 4000
NAMES = {"adam": "Adam with L2", "adamw": "AdamW"}


def accuracy(row):
    """In %; a run that diverged has what guessing gives."""
    return 100 * float(row["accuracy"]) if row["accuracy"] not in (None, "") else 10.0


def percent(x):
    return f"{x:.2f}"


def two(x):
    return f"{round(x, 2) + 0.0:.2f}"


def number(x):
    return "0" if x == 0 else f"{x:.3g}"


def cells(rows, method):
    return {(float(r["alpha"]), float(r["decay"])): accuracy(r)
            for r in rows if r["stage"] == "grid" and r["method"] == method}


def table(title, grid):
    alphas = sorted({a for a, _ in grid})
    decays = sorted({d for _, d in grid})
    best = max(grid, key=grid.get)
    lines = [f"**{title}**", "", "| α \\ decay | " + " | ".join(map(number, decays)) + " |",
             "|---" * (len(decays) + 1) + "|"]
    for a in alphas:
        values = []
        for d in decays:
            value = grid.get((a, d))
            text = "" if value is None else percent(value)
            values.append(f"**{text}**" if (a, d) == best else text)
        lines.append(f"| {number(a)} | " + " | ".join(values) + " |")
    return lines + [""]


def slope(grid):
    """Least squares of log best decay over log α, over the α whose best decay is not 0."""
    points = []
    for a in sorted({a for a, _ in grid}):
        row = {d: v for (b, d), v in grid.items() if b == a}
        best = max(row, key=row.get)
        if best > 0:
            points.append((math.log(a), math.log(best)))
    if len(points) < 3:
        return None
    mx = sum(x for x, _ in points) / len(points)
    my = sum(y for _, y in points) / len(points)
    return sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)


def bootstrap(grid, seed_deviation):
    draws = []
    source = random.Random(1)
    for _ in range(DRAWS):
        drawn = {}
        for key, value in grid.items():
            p = value / 100
            error = 100 * math.sqrt(p * (1 - p) / HELD_OUT)
            drawn[key] = source.gauss(value, math.hypot(error, seed_deviation))
        found = slope(drawn)
        if found is not None:
            draws.append(found)
    draws.sort()
    return draws[int(0.025 * len(draws))], draws[int(0.975 * len(draws))]


def deviation(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))


def seeds(rows, grids):
    """What fresh seeds of each method's best and second best cell gave on the test file; and how far a method's seeds scatter."""
    lines, variances = [], {m: [] for m in NAMES}
    for place, title in enumerate(("Best", "Second best")):
        found = {}
        for m, name in NAMES.items():
            (a, d) = sorted(grids[m], key=grids[m].get, reverse=True)[place]
            found[m] = {r["seed"]: accuracy(r) for r in rows if r["stage"] == "seeds" and r["method"] == m
                        and (float(r["alpha"]), float(r["decay"])) == (a, d)}
            if len(found[m]) > 1:
                variances[m].append(deviation(list(found[m].values())) ** 2)
                values = ", ".join(percent(v) for _, v in sorted(found[m].items()))
                lines.append(f"- {title} of {name}, α {number(a)}, decay {number(d)}: {values} % of the test file "
                             f"with seeds {', '.join(sorted(found[m]))}.")
        paired = sorted(set(found["adam"]) & set(found["adamw"]))
        if len(paired) < 2:
            continue
        gaps = [found["adamw"][s] - found["adam"][s] for s in paired]
        error = deviation(gaps) / math.sqrt(len(gaps))
        lines.append(f"- AdamW less Adam with L2: {sum(gaps) / len(gaps):+.2f} ± {error:.2f} "
                     f"(standard error of {len(gaps)} pairs).")
    return lines + [""], {m: math.sqrt(sum(v) / len(v)) if v else 0.5 for m, v in variances.items()}


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("results.csv")
    with path.open() as file:
        rows = list(csv.DictReader(file))
    out = []
    grids = {m: cells(rows, m) for m in ("adam", "adamw")}
    out += table("Adam with L2, held-out accuracy in %; decay: L2 coefficient", grids["adam"])
    out += table("AdamW, held-out accuracy in %; decay: λ", grids["adamw"])

    lines, spreads = seeds(rows, grids)
    out += lines
    for m, name in NAMES.items():
        found = slope(grids[m])
        if found is not None:
            low, high = bootstrap(grids[m], spreads[m])
            out.append(f"- {name}: log best decay over log α has the slope {two(found)} "
                       f"(95 % of {DRAWS} draws: {two(low)} to {two(high)}).")
    out.append("")

    budget = [r for r in rows if r["stage"] == "budget"]
    if budget:
        decays = sorted({float(r["decay"]) for r in budget})
        out += [f"**AdamW at α {number(float(budget[0]['alpha']))}, held-out accuracy in % by epochs and λ**", "",
                "| epochs | " + " | ".join(map(number, decays)) + " | best λ | its λ_norm |",
                "|---" * (len(decays) + 3) + "|"]
        for epochs in sorted({int(r["epochs"]) for r in budget}):
            row = {float(r["decay"]): accuracy(r) for r in budget if int(r["epochs"]) == epochs}
            best = max(row, key=row.get)
            norm = best / math.sqrt(BATCH / (IMAGES * epochs))
            values = " | ".join(percent(row[d]) if d in row else "" for d in decays)
            out.append(f"| {epochs} | {values} | {number(best)} | {number(norm)} |")
        out.append("")
    print("\n".join(out).rstrip())


if __name__ == "__main__":
    main()
