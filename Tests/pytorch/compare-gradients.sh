#!/usr/bin/env bash
# Checks that adamw-ddp and PyTorch compute the same logits and gradients from the same weights.
#
#   Tests/pytorch/compare-gradients.sh DATA [--models NAME,…] [--seeds N] [--conv auto|winograd|direct]
#
# DATA is the folder of CIFAR-10's binary files. Without options: every network of the table in
# compare-gradients.py, five seeds, some minutes. The program is gradient-probe, which is built, or what
# GRADIENT_PROBE names. PYTHON_ENVIRONMENT names a folder with an environment that has PyTorch, NumPy
# and safetensors; without it environment.sh makes one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [[ $# -lt 1 || $1 == -* ]]; then
    echo "usage: $0 DATA [--models NAME,…] [--seeds N] [--conv auto|winograd|direct]" >&2
    exit 2
fi
if [[ -n ${GRADIENT_PROBE:-} ]]; then
    probe=$GRADIENT_PROBE
else
    cd "$here/../.."
    source launch/packages.sh
    swift build -c release --product gradient-probe ${link_flags[@]+"${link_flags[@]}"} >&2
    probe=$PWD/.build/release/gradient-probe
    cd - >/dev/null
fi

if [[ -n ${PYTHON_ENVIRONMENT:-} ]]; then
    python=$PYTHON_ENVIRONMENT/bin/python
else
    python=$("$here/environment.sh")
fi
data=$1
shift
exec "$python" "$here/compare-gradients.py" --probe "$probe" --data "$data" "$@"
