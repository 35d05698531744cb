#!/usr/bin/env bash
# Compares adamw-ddp's speed and memory with PyTorch's: both sides in turns, on the same pinned cores.
usage='usage: launch/compare-pytorch.sh [OPTIONS]

Makes a Python environment with PyTorch (once, in .build-pytorch; up to 3 GB), builds adamw-ddp where it is missing,
runs both and prints a table of ratios (Markdown). Progress goes to stderr. Leave the machine alone meanwhile.

  --quick          one round of few steps: minutes once torch.compile has filled its cache, which takes some more
  --rounds N       how often everything runs; the median of the ratios counts (default 3)
  --only PART      a part, and no other; may be repeated:
                     single  one core: three networks, against PyTorch eager and compiled
                     two     two ranks and two threads: over one core, and against PyTorch DDP
                     batch   two ranks, batch 32 with 2 lanes against batch 128
                     bf16    adamw-ddp in fp32 against PyTorch in bfloat16 (autocast)
                     memory  peak memory of a process
                     lanes   8 lanes against 1
  --cores A,B      the cores to use (default: the last two that this process may use)
  --output FILE    where the table goes too (default .build-pytorch/comparison.md); the raw figures
                   of every run go to the same name with .jsonl
  --python PYTHON  use this Python, which has PyTorch, instead of making an environment
                   (or PYTHON_ENVIRONMENT=FOLDER, a virtual environment)
  --program FILE   use this adamw-ddp (or ADAMW_DDP=FILE) instead of .build/release/adamw-ddp

Needs Linux, taskset, mpirun, a C++ compiler and Python 3.11 with its headers, for torch.compile; to make the
environment also the venv module. OPENBLAS_CORETYPE is unset: an older core halves OpenBLAS.
Exit codes: 0 done, 64 options, 69 something is missing, 1 a comparison failed (the table says which).'
set -euo pipefail

stop() {
  printf 'compare-pytorch: %s\n' "$2" >&2
  exit "$1"
}

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON_ENVIRONMENT:+$PYTHON_ENVIRONMENT/bin/python}
program=${ADAMW_DDP:-}
output=$repository/.build-pytorch/comparison.md
arguments=()
while (($#)); do
  case $1 in
    -h | --help) echo "$usage" && exit ;;
    --quick) arguments+=("$1") && shift && continue ;;
    --python | --program | --output | --rounds | --only | --cores) ;;
    *) stop 64 "unknown option $1; --help lists them." ;;
  esac
  (($# > 1)) || stop 64 "$1 needs a value."
  case $1 in
    --python) python=$2 ;;
    --program) program=$2 ;;
    --output) output=$2 ;;
    --only)
      [[ $2 =~ ^(single|two|batch|bf16|memory|lanes)$ ]] ||
        stop 64 "--only $2: expected single, two, batch, bf16, memory or lanes."
      arguments+=("$1" "$2")
      ;;
    --rounds)
      [[ $2 =~ ^[1-9][0-9]{0,2}$ ]] || stop 64 "--rounds $2: expected an integer from 1 to 999."
      arguments+=("$1" "$2")
      ;;
    --cores)
      [[ $2 =~ ^[0-9]+(,[0-9]+)*$ ]] || stop 64 "--cores $2: expected numbers such as 0,1."
      arguments+=("$1" "$2")
      ;;
  esac
  shift 2
done

unset OPENBLAS_CORETYPE
command -v taskset >/dev/null || stop 69 'taskset is missing, which pins both sides to a core (Debian: util-linux).'
command -v mpirun >/dev/null || stop 69 'mpirun is missing, which starts two ranks (Debian: openmpi-bin).'
[[ ${CXX:-} ]] || command -v g++ >/dev/null || stop 69 'g++ is missing, which torch.compile runs (Debian: g++).'
if [[ ! $python ]]; then
  "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null ||
    stop 69 "${PYTHON:-python3} or its venv module is missing, which makes the environment (Debian: python3-venv)."
  python=$("$repository/Tests/pytorch/environment.sh" "$repository/launch/pytorch")
fi
"$python" -c 'import torch, numpy' 2>/dev/null || stop 69 "$python cannot import torch and numpy."
"$python" -c 'import os, sysconfig as s; os.stat(s.get_path("include") + "/Python.h")' 2>/dev/null ||
  stop 69 "Python.h is missing beside $python, which torch.compile includes (Debian: python3-dev)."

if [[ ! $program ]]; then
  program=$repository/.build/release/adamw-ddp
  [[ -x $program ]] || program=$("$repository/launch/build.sh")
fi
[[ -x $program ]] || stop 69 "$program is not a program."

exec "$python" -B "$repository/launch/pytorch/compare.py" --program "$program" --output "$output" \
  ${arguments[@]+"${arguments[@]}"}
