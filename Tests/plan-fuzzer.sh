#!/usr/bin/env bash
# Runs random plans, each in one process and again on other ranks and threads, with other sharding, rounds, kernels
# and fusions: every file and every row of metrics must be the same. About two seconds a plan.
#
#   Tests/plan-fuzzer.sh [PLANS] [SEED] [FIRST]     default 300 from seed 1; FIRST and PLANS 1 repeat one of them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source launch/packages.sh
build=(swift build -c release ${link_flags[@]+"${link_flags[@]}"})
for product in adamw-ddp plan-fuzzer; do "${build[@]}" --product "$product" >&2; done
programs=$("${build[@]}" --show-bin-path)
exec "$programs/plan-fuzzer" "$programs/adamw-ddp" "${1:-300}" "${2:-1}" "${3:-0}"
