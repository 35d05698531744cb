#!/usr/bin/env bash
# Many ranks on few cores, a lane each: the bits of one process, and the closed forms of the traffic. A few minutes.
#
#   Tests/scale.sh [THREAD RANKS] [MPI RANKS]     default 512 and 128
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source launch/packages.sh
build=(swift build -c release --product scale-probe ${link_flags[@]+"${link_flags[@]}"})
"${build[@]}" >&2
probe=$("${build[@]}" --show-bin-path)/scale-probe

"$probe" "${1:-512}"
# Open MPI refuses root, the usual user of a container, without these.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun --oversubscribe --bind-to none -n "${2:-128}" "$probe"
