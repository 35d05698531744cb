#!/usr/bin/env bash
# What checkpoints cost: the time of a run at the default interval against one without, the time from USR1 to the end,
# that of going on, and what lies on disk, for some numbers of ranks. Prints tables.
#
#   [DATA=FOLDER] Tests/faults/cost.sh [ROUNDS] [MODEL…]     3 rounds in turns; resnet20 and shake26-2x64d by default
#
# ADAMW_DDP=FILE is a program to take instead of building one; DATA is a folder of CIFAR-10 binaries, without it the
# built-in images. FRACTION=X of the images are trained on (0.05), for EPOCHS=N (4). For a machine that does nothing else.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
unset OPENBLAS_CORETYPE
program=$(realpath "${ADAMW_DDP:-$("$here/../../launch/build.sh")}")
data=synthetic
[[ -z ${DATA:-} ]] || data=$(realpath "$DATA")
rounds=${1:-3}
models=("${@:2}")
((${#models[@]})) || models=(resnet20 shake26-2x64d)
work=$(mktemp -d /tmp/adamw-cost-XXXXXX)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%R %U %S'

# on RANKS EPOCHS FLAGS…: sets $command.
on() {
  command=()
  (($1 == 1)) || command=(mpirun --oversubscribe --bind-to none -n "$1")
  command+=("$program" train --quiet --data "$data" --train-fraction "${FRACTION:-0.05}" --eval-every 0
    --epochs "$2" "${@:3}")
}

# run NAME FLAGS…: trains, and adds its seconds by the clock and on CPUs to the file NAME.
run() {
  rm -rf "$work/run"
  on 1 "${EPOCHS:-4}" --output "$work/run" "${@:2}"
  { time "${command[@]}" &>"$work/log"; } 2>&1 | awk '{ print $1, $2 + $3 }' >>"$work/$1"
}

# middle FILE COLUMN: the median.
middle() { sort -n -k"$2","$2" "$1" | awk -v c="$2" '{ x[NR] = $c } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%+.2f %%", 100 * (a / b - 1) }'; }
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
last_step() { awk -F, 'NR > 1 { step = $2 } END { print step + 0 }' "$work/run/metrics.csv" 2>/dev/null || echo 0; }
# beyond STEP PID: waits until the run has come so far.
beyond() { while (($(last_step) < $1)) && kill -0 "$2" 2>/dev/null; do sleep 0.01; done; }

echo "| model | rounds | without, s | with, s | by the clock | CPU seconds | checkpoints written |"
echo '|---|---|---|---|---|---|---|'
for model in "${models[@]}"; do
  for ((round = 0; round < rounds; round++)); do
    run "$model-none" --model "$model" --checkpoint-every 0 --checkpoint-minutes 0
    run "$model-default" --model "$model" --keep-checkpoints 99
  done
  printf '| %s | %d | %s | %s | %s | %s | %s |\n' "$model" "$rounds" "$(middle "$work/$model-none" 1)" \
    "$(middle "$work/$model-default" 1)" "$(ratio "$(middle "$work/$model-default" 1)" "$(middle "$work/$model-none" 1)")" \
    "$(ratio "$(middle "$work/$model-default" 2)" "$(middle "$work/$model-none" 2)")" \
    "$("$program" checkpoint list "$work/run" | grep -c ' complete$')"
done

echo
echo "| model | ranks | USR1 to the end, s | a step, s | start to first step, s | going on to first step, s | files | bytes |"
echo '|---|---|---|---|---|---|---|---|'
for model in "${models[@]}"; do
  for ranks in 1 2 8; do
    rm -rf "$work/run"
    on "$ranks" 1000 --threads 1 --model "$model" --resume auto --output "$work/run" --log-every 1
    begun=$(now)
    "${command[@]}" &>"$work/log" </dev/null &
    beyond 1 $!
    first=$(since "$begun")
    beyond 4 $!
    asked=$(now)
    kill -USR1 $!
    wait $!
    stopping=$(since "$asked")
    step=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") c = i }
      $1 == "train" { if (n++) sum += $c - before; before = $c } END { printf "%.2f", sum / (n - 1) }' "$work/run/metrics.csv")
    checkpoint=$(find "$work/run/checkpoints" -mindepth 1 -maxdepth 1 | sort | tail -1)
    files=$(find "$checkpoint" -type f | wc -l)
    bytes=$(find "$checkpoint" -type f -printf '%s\n' | awk '{ s += $1 } END { print s }')
    at=$(last_step)
    begun=$(now)
    "${command[@]}" &>"$work/log" </dev/null &
    beyond $((at + 1)) $!
    going=$(since "$begun")
    kill -USR1 $!
    wait $!
    printf '| %s | %d | %s | %s | %s | %s | %d | %d |\n' "$model" "$ranks" "$stopping" "$step" "$first" "$going" \
      "$files" "$bytes"
  done
done
