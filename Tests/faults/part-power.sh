# The power is cut while a run saves: what the disk then holds is mounted, looked at and gone on from.
# shellcheck shell=bash disable=SC2154,SC2034 # run.sh has the variables

# The run is on an ext4 in an image on a btrfs. A copy of the image that shares its blocks is made in an instant: it is
# the disk as a power cut would leave it, without all that ext4 had not written yet. Mounting it replays its journal.
part_power() {
  local times=${TIMES:-25}
  need mkfs.btrfs btrfs-progs && need mkfs.ext4 e2fsprogs || return
  ((EUID == 0)) || { tell 'only root can mount'; return 1; }
  plan=(--model smallcnn --epochs 50 --batch-size 100 --eval-every 0 --log-every 1 --checkpoint-every 2
    --checkpoint-minutes 0)
  [[ $data != synthetic ]] || plan+=(--train-fraction 0.004)
  mkdir -p "$work"/{outer,inner,cut}
  truncate -s 1500m "$work/outer.img"
  mkfs.btrfs -q "$work/outer.img" >/dev/null 2>&1 && mount -o loop,nodatasum "$work/outer.img" "$work/outer" || return
  straight || return
  cuts "$times" '' || return
  check 'the acknowledged checkpoint (status.json) is there, or a newer one' "$lost of $times lost" test "$lost" -eq 0
  check 'every checkpoint that looks complete is whole' "$torn torn" test "$torn" -eq 0
  check 'the rows of metrics up to the checkpoint are those of the undisturbed run' "$gaps with gaps" \
    test "$gaps" -eq 0
  check 'three of them are gone on with, and end with the bytes and rows of the undisturbed run' "$good of 3" \
    test "$good" -eq 3
  cuts $((times / 3 + 3)) nosync || return
  check 'with fsync turned off checkpoints are lost or torn (this test has teeth)' "$lost lost, $torn torn" \
    test $((lost + torn)) -gt 0
}

# cuts TIMES HOW: trains in the image again and again, with `SPOIL_HOW`, and cuts the power; sets $lost, $torn, $gaps and
# $good.
cuts() {
  local number trainer turn seen newest run resumed=0
  lost=0 torn=0 gaps=0 good=0
  truncate -s 64m "$work/outer/inner.img"
  mkfs.ext4 -q -F "$work/outer/inner.img" && mount -o loop "$work/outer/inner.img" "$work/inner" || return
  train_on "$2" &>"$work/log" </dev/null &
  trainer=$!
  for ((number = 0; number < $1; number++)); do
    sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
    await 60 eval "[[ \$(says '$work/inner/run'\$(cat '$work/turn') checkpoint) ]]"
    turn=$(cat "$work/turn")
    run=$work/cut/run$turn
    seen=$(says "$work/inner/run$turn" checkpoint)
    cp --reflink=always "$work/outer/inner.img" "$work/outer/cut.img"
    if ! mount -o loop "$work/outer/cut.img" "$work/cut"; then
      tell "cut $number does not mount"
      ((torn++))
      continue
    fi
    newest=$("$program" checkpoint list "$run" 2>/dev/null | awk '/ complete$/ { step = $1 } END { print step }')
    newest=$((10#0${newest#step-}))
    ((newest >= ${seen:-0})) || ((lost++))
    ((newest == 0)) || "$program" checkpoint verify "$run" &>"$work/verified" || ((torn++))
    cmp -s <(rows "$run/metrics.csv" 2>/dev/null | up_to "$newest") <(rows "$work/straight/metrics.csv" | up_to "$newest") || ((gaps++))
    if [[ ! $2 ]] && ((number % ($1 / 3) == 0 && resumed++ < 3)); then
      on 1 --resume auto --output "$run"
      if "${command[@]}" &>"$work/resumed" && same_run "$run" &>/dev/null; then ((good++)); else tell "$(cat "$work/resumed")"; fi
    fi
    unmount cut
    rm "$work/outer/cut.img"
  done
  kill "$trainer"
  wait "$trainer" 2>/dev/null
  unmount inner
}

# train_on HOW: trains one run after another, whose number is in the file `turn`, until it is ended.
train_on() {
  local turn child
  trap 'kill -KILL "$child"; wait "$child"; exit' TERM
  for ((turn = 1; ; turn++)); do
    rm -rf "$work/inner/run$((turn - 2))"
    on 1 --output "$work/inner/run$turn"
    SPOIL_HOW=$1 LD_PRELOAD=$work/spoil.so "${command[@]}" &
    child=$!
    echo "$turn" >"$work/turn"
    wait "$child"
  done
}
# Behind the rows there may be zeros, which the file system puts where the disk had got nothing yet.
up_to() { tr -d '\0' | awk -F, -v last="$1" 'NR == 1 || NF > 2 && $3 <= last'; }
