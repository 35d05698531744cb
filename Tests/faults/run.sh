#!/usr/bin/env bash
# shellcheck disable=SC2317,SC2034 # the parts call all this
# Interrupts and spoils runs in every way that this machine knows, goes on with them, and compares what they end with.
# Prints a row for each check; the exit code is how many failed.
#
#   Tests/faults/run.sh [PART…]     kill any points power full; all of them by default (15 minutes)
#
# power and full are for root on Linux (images are mounted). What a part needs is named when it is missing.
# ADAMW_DDP=FILE is a program to take instead of building one, DATA=FOLDER CIFAR-10 binaries, 200 images of them or
# so; without it the built-in images. TIMES=N: so many interruptions instead of 20, 10 and 25. SEED=N: those of an
# earlier time.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
unset OPENBLAS_CORETYPE
script=faults pause=0.01 row='| %-6s | %-84s | %-12s | %-3s |\n'
# shellcheck source=/dev/null
source "$here/../checks.sh"
RANDOM=${SEED:=$((RANDOM))}

for file in "$here"/part-*.sh; do
  # shellcheck source=/dev/null
  source "$file"
done

# tell WORDS…: what else there is to say of a row that fails.
tell() { printf 'faults: %s: %s\n' "$subject" "$*" >&2; }

# on RANKS FLAGS…: sets $command, which trains the part's plan as so many ranks.
on() {
  command=()
  (($1 == 1)) || command=(mpirun --oversubscribe --bind-to none -n "$1")
  command+=("$program" train --quiet --threads 1 --data "$data" "${plan[@]}" "${@:2}")
}

# What the part's plan comes to when nothing happens, in the folder $work/straight.
straight() {
  rm -rf "$work/straight"
  on 1 --output "$work/straight"
  "${command[@]}" &>"$work/log" || tell "the undisturbed run: $(cat "$work/log")"
}

# What a run says of itself, and the last step that metrics.csv knows.
says() { sed -n "s/^  \"$2\" : \"\\{0,1\\}\\([^\",]*\\).*/\\1/p" "$1/status.json" 2>/dev/null; }
is_done() { [[ $(says "$1" state) == 'done' ]]; }
last_step() { awk -F, 'NR > 1 { step = $2 } END { print step + 0 }' "$1/metrics.csv" 2>/dev/null || echo 0; }
is_beyond() { (($(last_step "$1") >= $2)); }

# same_run RUN: every model of it has the bytes of the undisturbed run's, and so have its digests; its metrics are line by
# line the same, but for what the clock says.
same_run() {
  local file
  for file in $(cd "$work/straight" && find . -name '*.safetensors' -not -path './checkpoints/*'); do
    cmp "$work/straight/$file" "$1/$file" || return
  done
  [[ ! -e $work/straight/digests.csv ]] || cmp "$work/straight/digests.csv" "$1/digests.csv" || return
  cmp <(rows "$work/straight/metrics.csv") <(rows "$1/metrics.csv") &&
    cmp <(objects "$work/straight/metrics.jsonl") <(objects "$1/metrics.jsonl")
}
rows() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) clock[i] = $i ~ /^(images_per_s|seconds|slowest_.*|rank_s_.*)$/ }
    { line = ""; for (i = 1; i <= NF; i++) if (!clock[i]) line = line "," $i; print line }' "$1"
}
objects() { sed -E 's/"(images_per_s|seconds|slowest_[a-z]*|rank_s_[a-z0-9]*)":("[^"]*"|[^,}]*),?//g; s/,}/}/' "$1"; }

# checkpoints RUN: how many complete ones there are.
checkpoints() { "$program" checkpoint list "$1" | grep -c ' complete$'; }

main() {
  local parts=("$@")
  ((${#parts[@]})) || parts=(kill any points power full)
  for subject in "${parts[@]}"; do
    [[ $(type -t "part_$subject") == function ]] || { echo "faults: there is no part $subject" >&2 && exit 64; }
  done
  need gcc gcc || exit 69
  program=$(realpath "${ADAMW_DDP:-$("$repository/launch/build.sh")}") || exit
  data=synthetic
  [[ -z ${DATA:-} ]] || data=$(realpath "$DATA")
  work=$(mktemp -d /tmp/adamw-faults-XXXXXX)
  trap 'unmount_all; rm -rf "$work"' EXIT
  gcc -O1 -shared -fPIC -o "$work/spoil.so" "$here/spoil.c" -ldl || exit
  # shellcheck disable=SC2059 # it is one for all rows
  printf "$row" part check of ok
  echo '|---|---|---|---|'
  for subject in "${parts[@]}"; do
    "part_$subject" || ((failed++))
    unmount_all
    [[ ! ${KEEP:-} ]] || cp -r "$work" "$KEEP-$subject"
    rm -rf "${work:?}"/run*
  done
  ((failed == 0)) || echo "faults: SEED=$SEED" >&2
  exit "$failed"
}

# unmount PLACE: takes a disk away from $work/PLACE, where there is one.
unmount() { await 30 eval "! mountpoint -q $work/$1 || umount $work/$1"; }
unmount_all() {
  local place
  for place in cut inner full outer; do unmount "$place"; done
}

main "$@"
