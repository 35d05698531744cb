#!/usr/bin/env bash
# shellcheck disable=SC2317,SC2016,SC2034 # the beds call all this; what is quoted is for a host
# Trains on real schedulers and over several hosts, all on this machine, and does to them what happens to
# clusters. Prints a row for each check; the exit code is how many failed.
#
#   Tests/clusters/run.sh [BED…]     network slurm crash spare pbs sge; all of them by default (15 minutes)
#
# For root on Linux, in a container that may make namespaces. What a bed needs is named when it is missing.
# ADAMW_DDP=FILE is a program to take instead of building one.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
export CLUSTER_DIR=${CLUSTER_DIR:-/tmp/adamw-hosts}
unset OPENBLAS_CORETYPE
script=clusters pause=0.2 row='| %-7s | %-76s | %6s | %-3s |\n'
# shellcheck source=/dev/null
source "$here/../checks.sh"
# Of the runs under schedulers: on a machine that does nothing else, a minute and more.
steps=${STEPS:-1500}
flags=(--model smallcnn --eval-every 0 --log-every 5 --checkpoint-every 20)

for file in "$here"/bed-*.sh; do
  # shellcheck source=/dev/null
  source "$file"
done

hosts() { "$here/hosts.sh" "$@"; }
seconds_since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }'; }
now() { date +%s.%N; }

# What a run says of itself.
state_is() { grep -q "^  \"state\" : \"$2\"" "$1/status.json"; }
step_of() { sed -n 's/^  "step" : \([0-9]*\).*/\1/p' "$1/status.json" 2>/dev/null; }
beyond() { (($(step_of "$1") > $2)); }
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }
same_model() { cmp "$1/model.safetensors" "$2/model.safetensors"; }

# straight NAME FLAGS…: the run in one piece as one process; the others are to end with its bytes.
straight() {
  [[ -e $work/runs/$1 ]] ||
    adamw-ddp train --quiet --threads "$(nproc)" --output "$work/runs/$1" "${@:2}" >/dev/null
}

# begin FLAGS…: trains over three hosts in the background, as $mpirun; its words go to the file `log`.
begin() {
  : >"$work/log"
  hosts run bash -c 'source launch/mpi.sh && mpi_ready 3 2 1 hosts && exec "${mpi_start[@]}" adamw-ddp train --threads 1 "$@"' \
    begin "$@" &>"$work/log" </dev/null &
  mpirun=$!
}

# finish SECONDS: how mpirun ended, in $code; 124 when it had to be killed.
finish() {
  if await "$1" eval "! kill -0 $mpirun"; then
    wait "$mpirun"
    code=$?
  else
    kill -KILL "$mpirun"
    code=124
  fi
}

main() {
  local beds=("$@")
  ((${#beds[@]})) || beds=(network slurm crash spare pbs sge)
  for subject in "${beds[@]}"; do
    [[ $(type -t "bed_$subject") == function ]] || { echo "clusters: there is no bed $subject" >&2 && exit 64; }
  done
  ((EUID == 0)) || { echo 'clusters: only root can make hosts' >&2 && exit 69; }
  program=${ADAMW_DDP:-$("$repository/launch/build.sh")} || exit
  work=$(mktemp -d /tmp/adamw-clusters-XXXXXX)
  trap 'hosts down; rm -rf "$work"' EXIT
  mkdir "$work/bin"
  ln -s "$program" "$work/bin/adamw-ddp"
  ln -s "$repository/launch" "$work/launch"
  export PATH=$work/bin:$PATH
  cd "$work" || exit
  # shellcheck disable=SC2059 # it is one for all rows
  printf "$row" bed check s ok
  echo '|---|---|---|---|'
  for subject in "${beds[@]}"; do
    hosts down
    "bed_$subject" || ((failed++))
    [[ ! ${KEEP:-} ]] || cp -r "$work" "$KEEP-$subject"
    rm -rf "$work"/runs/"$subject"*
  done
  exit "$failed"
}

main "$@"
