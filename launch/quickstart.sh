#!/usr/bin/env bash
# Builds the program and trains a small network with two ranks, on images it draws itself: nothing is
# downloaded but what the build needs. About a minute after the build.
set -euo pipefail

if (($#)); then # which would do nothing
  echo "quickstart: it takes no arguments; \`adamw-ddp train\` takes the flags of a run" >&2
  exit 64
fi

epochs=4 # about a minute of ResNet-20 on two cores

launch=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$("$launch/build.sh")
output=$(dirname "$launch")/runs/quickstart-$(date +%Y%m%d-%H%M%S)

# Open MPI refuses root, the usual user of a container, without these.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# --oversubscribe changes nothing where there are two cores, and is needed where there is one.
summary=$(mpirun --oversubscribe -n 2 "$program" train --data synthetic --model resnet20 \
  --epochs "$epochs" --output "$output" --json)

accuracy=$(sed -n 's/.*"test_accuracy" *: *\([0-9.eE+-]*\).*/\1/p' <<<"$summary")
awk -v accuracy="${accuracy:?missing in the summary}" -v output="$output" \
  'BEGIN { printf "test accuracy %.1f %%, run folder %s\n", 100 * accuracy, output }'
