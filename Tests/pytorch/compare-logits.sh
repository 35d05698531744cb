#!/usr/bin/env bash
# Checks in one command that adamw-ddp and PyTorch compute the same logits from the same weights.
#
#   Tests/pytorch/compare-logits.sh DATA [RUN] [--all]
#
# DATA is the folder of CIFAR-10's binary files. RUN is the folder of a finished run of a CIFAR
# ResNet; without it a resnet20 is trained for 30 steps, enough to move every weight and running
# statistic. --all compares 1000 images instead of 100. The program is .build/release/adamw-ddp, or
# what ADAMW_DDP names. What is written goes to a temporary folder; the run folder stays as it is.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${ADAMW_DDP:-$here/../../.build/release/adamw-ddp}

folders=()
options=()
for argument in "$@"; do
    case $argument in
    --all) options+=(--all) ;;
    -*) folders=() && break ;;
    *) folders+=("$argument") ;;
    esac
done
if [[ ${#folders[@]} -lt 1 || ${#folders[@]} -gt 2 ]]; then
    echo "usage: $0 DATA [RUN] [--all]" >&2
    exit 2
fi
if [[ ! -x $program ]]; then
    echo "$program is missing: run swift build -c release first" >&2
    exit 2
fi

python=$("$here/environment.sh")
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

data=${folders[0]}
run=${folders[1]:-}
if [[ -z $run ]]; then
    run=$temporary/run
    "$program" train --data "$data" --model resnet20 --steps 30 --batch-size 64 --output "$run"
fi
"$program" eval "$run" --data "$data" --logits "$temporary/logits.safetensors"
"$python" "$here/compare-logits.py" --model "$run/model.safetensors" \
    --logits "$temporary/logits.safetensors" --data "$data" "${options[@]}"
