#!/usr/bin/env bash
# The paper's effect, small: Adam with L2 against AdamW over a grid of learning rates and decays, on a tenth of CIFAR-10.
#
#   launch/paper-effect.sh DATA        trains what launch/paper-effect/results.csv lacks (hours), then prints the tables
#   launch/paper-effect.sh             prints the tables of results.csv
#
# DATA is the folder of CIFAR-10's binaries. A cell is one run on one core; JOBS of them at a time (default: all cores). It may be
# stopped and started again at any time.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

case "${1:-}" in
-h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" && exit 0 ;;
-*) echo "paper-effect: $1 is no flag of it; --help says what it takes" >&2 && exit 64 ;;
esac
if [ $# -gt 1 ]; then
  echo "paper-effect: one folder of data, please, not $#" >&2
  exit 64
fi

if [ $# -gt 0 ]; then
  program="$("$here/build.sh")"
  python3 "$here/paper-effect/effect.py" --program "$program" --data "$1" ${JOBS:+--jobs "$JOBS"}
fi
python3 "$here/paper-effect/tables.py"
