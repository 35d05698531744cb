"""Runs adamw-ddp and PyTorch in turns on the same cores and prints the ratios of their speeds and memory.

launch/compare-pytorch.sh starts it with everything it needs. A case is one way of training one network on one side; a
row of the table compares two cases. The cases of a network run one after the other, each once, and that as many
times as there are rounds; a row shows the median of the ratios of the rounds, so that what slows the machine for a
while slows both sides of a ratio.
"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
THROUGHPUT = HERE / "throughput.py"
SHAKE, V2, BASIC = "shake26-2x64d", "resnet56v2", "resnet20"
STEPS = {SHAKE: 4, V2: 8, BASIC: 16}  # timed steps of a run; both sides take two before
QUICK_STEPS = {SHAKE: 2, V2: 3, BASIC: 6}
LIMIT = 900  # seconds of a run; compiling takes longest


@dataclasses.dataclass(frozen=True)
class Case:
    """One way of training one network."""

    model: str
    ours: bool = True
    batch: int = 128
    ranks: int = 1
    threads: int = 1
    lanes: int | None = None  # None: the program's default, 8
    compiled: bool = False
    bf16: bool = False

    def __str__(self):
        way = f"{self.ranks} ranks" if self.ranks > 1 else f"{self.threads} threads" if self.threads > 1 else "one core"
        name = "adamw-ddp" if self.ours else "PyTorch " + ("compiled" if self.compiled else "eager")
        more = [f"batch {self.batch}"] if self.batch != 128 else []
        more += [f"{self.lanes} lane{'s' if self.lanes > 1 else ''}"] if self.lanes else []
        more += ["bf16"] if self.bf16 else []
        return ", ".join([f"{name} {self.model}", way, *more])


@dataclasses.dataclass(frozen=True)
class Row:
    """A comparison of one case with the best of others, by images/s or by peak memory."""

    part: str
    title: str
    ours: Case
    others: tuple[Case, ...]
    against: str = "PyTorch"
    key: str = "images_per_s"


def both(model, **fields):
    """PyTorch eager and compiled."""
    return tuple(Case(model, ours=False, compiled=compiled, **fields) for compiled in (False, True))


def all_rows():
    rows = []
    for model in (SHAKE, V2, BASIC):
        rows.append(Row("single", f"{model}, one core", Case(model), both(model)))
    for model in (SHAKE, BASIC):
        two, threads = Case(model, ranks=2), Case(model, threads=2)
        rows += [
            Row("two", f"{model}, two ranks", two, (Case(model),), "one core"),
            Row("two", f"{model}, two threads", threads, (Case(model),), "one core"),
            Row("two", f"{model}, two ranks", two, both(model, ranks=2), "PyTorch DDP"),
            Row("two", f"{model}, two threads", threads, both(model, ranks=2), "PyTorch DDP"),
        ]
    small, large = Case(SHAKE, ranks=2, batch=32, lanes=2), Case(SHAKE, ranks=2)
    rows.append(Row("batch", f"{SHAKE}, two ranks, batch 32, 2 lanes", small, (large,), "batch 128"))
    rows.append(Row("bf16", f"{SHAKE}, one core, fp32", Case(SHAKE), both(SHAKE, bf16=True), "PyTorch bf16"))
    for model in (SHAKE, V2, BASIC):
        rows.append(Row("memory", f"{model}, one core", Case(model), both(model), key="peak_rss_mib"))
    for model in (SHAKE, BASIC):
        rows.append(Row("lanes", f"{model}, one core, 8 lanes", Case(model), (Case(model, lanes=1),), "1 lane"))
    return rows


PARTS = list(dict.fromkeys(row.part for row in all_rows()))


class Failed(Exception):
    pass


class Bench:
    def __init__(self, options, cores):
        self.options, self.cores = options, cores
        self.raw = options.output.with_suffix(".jsonl")
        self.raw.write_text("")
        cache = HERE.parents[1] / ".build-pytorch" / "torch-compile-cache"
        self.environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}  # older kernels
        self.environment |= {
            "OMP_NUM_THREADS": "1",
            "TORCHINDUCTOR_CACHE_DIR": str(cache),
            "OMPI_ALLOW_RUN_AS_ROOT": "1",  # Open MPI refuses root, the usual user of a container, without these
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        }
        self.steps = QUICK_STEPS if options.quick else STEPS
        self.results, self.failures = {}, {}

    def command(self, case, steps):
        if case.ours:
            command = ["mpirun", "--bind-to", "none", "-n", str(case.ranks)] if case.ranks > 1 else []
            command += [self.options.program, "bench", "step", "--threads", str(case.threads), "--json"]
            command += ["--repeats", str(steps)] + (["--lanes", str(case.lanes)] if case.lanes else [])
        else:
            command = [sys.executable]
            if case.ranks > 1:
                command += ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(case.ranks)]
            command += [str(THROUGHPUT), "--threads", str(case.threads), "--steps", str(steps)]
            command += ["--compile"] * case.compiled + ["--bf16"] * case.bf16
            command += ["--ddp", "--cores", ",".join(map(str, self.cores))] if case.ranks > 1 else []
        return command + ["--model", case.model, "--batch-size", str(case.batch)]

    def run(self, command, cores=None):
        """The JSON object that a command prints."""
        if cores:
            command = ["taskset", "-c", ",".join(map(str, cores)), *command]
        try:
            done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=LIMIT)
        except subprocess.TimeoutExpired as expired:
            raise Failed(f"no end after {LIMIT} s: {shlex.join(command)}") from expired
        if done.returncode:
            raise Failed(f"exit {done.returncode}: {shlex.join(command)}\n{done.stderr.strip()[-3000:]}")
        try:
            return json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][-1])
        except (IndexError, ValueError) as error:
            raise Failed(f"no JSON from {shlex.join(command)}\n{done.stdout[-1000:]}") from error

    def measure(self, case, number):
        if case in self.failures:
            return
        cores = self.cores[-max(case.ranks, case.threads) :]
        begin = time.monotonic()
        try:
            result = self.run(self.command(case, self.steps[case.model]), cores)
        except Failed as failure:
            self.fail(case, failure)
            return
        self.results.setdefault(case, []).append(result)
        with self.raw.open("a") as raw:
            raw.write(json.dumps({"round": number, "case": str(case), "cores": cores} | result) + "\n")
        say(
            f"round {number}: {case}: {result['images_per_s']:.1f} images/s, "
            f"{result['peak_rss_mib']:.0f} MiB ({time.monotonic() - begin:.0f} s)"
        )

    def fail(self, case, failure):
        self.failures[case] = str(failure).splitlines()[0]
        say(f"FAILED: {case}: {failure}")
        with self.raw.open("a") as raw:
            raw.write(json.dumps({"case": str(case), "failed": str(failure)}) + "\n")

    def prepare(self, cases):
        """Lets torch.compile fill its cache, with all cores, and checks that both sides train the same networks."""
        counts = {}
        for case in (c for c in cases if c.compiled):
            begin = time.monotonic()
            try:
                counts[case.model] = self.run(self.command(case, 0))["parameters"]
            except Failed as failure:
                self.fail(case, failure)
            say(f"compiled: {case} ({time.monotonic() - begin:.0f} s)")
        for model, count in counts.items():
            ours = self.run([self.options.program, "estimate", "--json", "--model", model])["parameters"]
            if ours != count:
                raise Failed(f"{model} has {ours} parameters in adamw-ddp and {count} in PyTorch.")


def say(text):
    print(f"{datetime.datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def compared(row, bench):
    """The cells of a row, and whether it is there."""
    first = {"images_per_s": "speed", "peak_rss_mib": "peak memory"}[row.key]
    cells = [first, row.title]
    broken = [case for case in (row.ours, *row.others) if case in bench.failures]
    if broken:
        return [*cells, "FAILED", row.against, f"{broken[0]}: {bench.failures[broken[0]]}"], False
    unit, digits = ("images/s", 1) if row.key == "images_per_s" else ("MiB", 0)
    best = max if row.key == "images_per_s" else min
    values = {case: [result[row.key] for result in bench.results[case]] for case in (row.ours, *row.others)}
    other = best(row.others, key=lambda case: statistics.median(values[case]))
    ratios = [a / b for a, b in zip(values[row.ours], values[other], strict=True)]
    name = row.against
    if not other.ours:
        name += ", compiled" if other.compiled else ", eager"
    ratio = f"{statistics.median(ratios):.2f}"
    if len(ratios) > 1:
        ratio += f" ({min(ratios):.2f}–{max(ratios):.2f})"

    def shown(case):
        return f"{statistics.median(values[case]):.{digits}f} {unit}"

    return [*cells, shown(row.ours), f"{name}: {shown(other)}", ratio], True


def machine(bench):
    """The lines above the table."""
    with open("/proc/cpuinfo") as info:
        names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    ours = next((r[0] for case, r in bench.results.items() if case.ours), {})
    peer = next((r[0] for case, r in bench.results.items() if not case.ours), {})
    rounds = bench.options.rounds
    return [
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, of which "
        f"{', '.join(map(str, bench.cores))} were used; {datetime.date.today()}; "
        f"{rounds} round{'s' if rounds > 1 else ''}{', quick' if bench.options.quick else ''}; "
        f"load before {bench.load:.1f}.",
        f"PyTorch {peer.get('torch', '(none ran)')}, oneDNN {peer.get('onednn')}, {peer.get('cpu_capability')}; "
        f"adamw-ddp with kernels {ours.get('kernels')}, OpenBLAS core {ours.get('blas_core')}.",
        "fp32 unless said, batch 128, AdamW; PyTorch is the better of eager and `torch.compile`; the ratio is the "
        "median of the rounds' (least–most), first against second.",
    ]


def table(cells):
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in cells]


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected 1 or more")
    return value


def main():
    parser = argparse.ArgumentParser(add_help=False, usage="see launch/compare-pytorch.sh --help")
    parser.add_argument("--program", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=positive)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--cores")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.output = options.output.resolve()
    options.output.parent.mkdir(parents=True, exist_ok=True)

    rows = [row for row in all_rows() if not options.only or row.part in options.only]
    # In order of first use, network by network: a ratio's two sides run soon after each other.
    cases = list(dict.fromkeys(case for row in rows for case in (row.ours, *row.others)))
    allowed = sorted(os.sched_getaffinity(0))
    wanted = max(max(case.ranks, case.threads) for case in cases)
    cores = [int(core) for core in options.cores.split(",")] if options.cores else allowed[-wanted:]
    if len(set(cores)) < wanted or not set(cores) <= set(allowed):
        say(f"compare-pytorch: {wanted} of the cores {allowed} are needed; the parts two and batch need two, others one.")
        sys.exit(64)

    bench = Bench(options, cores[:wanted])
    bench.load = os.getloadavg()[0]
    begin = time.monotonic()
    for model in dict.fromkeys(case.model for case in cases):
        same = [case for case in cases if case.model == model]
        try:
            bench.prepare(same)
        except Failed as failure:
            sys.exit(f"compare-pytorch: {failure}")
        for number in range(1, options.rounds + 1):
            for case in same:
                bench.measure(case, number)

    shown = [compared(row, bench) for row in rows]
    title = ["", "what", "adamw-ddp", "against", "ratio"]
    lines = machine(bench) + [""]
    lines += table([title, ["---"] * len(title), *(cells for cells, _ in shown)])
    text = "\n".join(lines) + "\n"
    options.output.write_text(text)
    print(text, end="")
    say(f"{(time.monotonic() - begin) / 60:.1f} minutes; table in {options.output}, runs in {bench.raw}")
    if missing := sum(not good for _, good in shown):
        sys.exit(f"compare-pytorch: {missing} of {len(shown)} comparisons failed.")


if __name__ == "__main__":
    main()
