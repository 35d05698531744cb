# The disk is full, or may not be written to: it is said, the last good checkpoint stays, and the run is gone on with.
# shellcheck shell=bash disable=SC2154,SC2034 # run.sh has the variables

part_full() {
  local disk=$work/full run=$work/full/run code kept
  ((EUID == 0)) || { tell 'only root can mount'; return 1; }
  plan=(--model smallcnn --epochs 200 --batch-size 100 --eval-every 0 --log-every 10 --checkpoint-every 2
    --checkpoint-minutes 0)
  [[ $data != synthetic ]] || plan+=(--train-fraction 0.004)
  mkdir -p "$disk"
  straight || return
  on 1 --resume auto --output "$run"

  # In the middle: there is no room for the second checkpoint, and then for all that follow.
  mount -t tmpfs -o size=8m tmpfs "$disk" || return
  "${command[@]}" &>"$work/log" </dev/null &
  local trainer=$!
  await 60 eval "[[ \$(says '$run' checkpoint) ]]"
  fill "$disk" 200
  await 60 eval "grep -q 'No space left' '$work/log' || ! kill -0 $trainer"
  local at
  at=$(last_step "$run")
  await 60 eval "is_beyond '$run' $((at + 20)) || ! kill -0 $trainer"
  check 'the disk fills while it trains: a warning says so, and training goes on' "step $at" \
    eval "grep -q 'WARNING: there is no checkpoint after step .*No space left' '$work/log' && kill -0 $trainer"
  rm "$disk/fill"
  wait "$trainer"
  check 'room is made again: the run ends well, with the undisturbed bytes' "code $?" same_run "$run"

  # To the end: the last save fails, too.
  fresh_disk 8m
  "${command[@]}" &>"$work/log" </dev/null &
  trainer=$!
  await 60 eval "[[ \$(says '$run' checkpoint) ]]"
  fill "$disk" 200
  wait "$trainer"
  code=$?
  kept=$(checkpoints "$run")
  check "the last save fails: the run ends with 74 and says: $(tail -1 "$work/log" | sed "s:$work/::g")" "code $code" \
    eval "[[ $code == 74 ]] && tail -1 '$work/log' | grep -q 'No space left'"
  check 'the last good checkpoint is kept and whole' "$kept kept" \
    eval "(($kept > 0)) && '$program' checkpoint verify '$run'"
  "${command[@]}" &>"$work/log"
  code=$?
  check 'gone on with while it is full still: a sentence, and nothing lost' "code $code" \
    eval "[[ $code == 74 ]] && (($(checkpoints "$run") == $kept))"
  rm "$disk/fill"
  check 'room is made: the run is gone on with' '' "${command[@]}"
  check 'it ends with the undisturbed bytes' '' same_run "$run"

  # No room from the beginning.
  fresh_disk 8m
  fill "$disk" 0
  "${command[@]}" &>"$work/log"
  code=$?
  check "full from the beginning: $(tail -1 "$work/log" | sed "s:$work/::g")" "code $code" test "$code" -eq 74

  # Not to be written to from the middle on.
  fresh_disk 64m
  "${command[@]}" &>"$work/log" </dev/null &
  trainer=$!
  await 60 eval "[[ \$(says '$run' checkpoint) ]]"
  chattr +i "$run/checkpoints" || { tell 'chattr +i does not work here' && return 1; }
  wait "$trainer"
  code=$?
  check "checkpoints/ may not be written to: $(tail -1 "$work/log" | sed "s:$work/::g")" "code $code" \
    eval "[[ $code == 74 ]] && grep -q 'WARNING: there is no checkpoint after step' '$work/log'"
  chattr -i "$run/checkpoints"
  check 'made writable again: the run is gone on with' '' "${command[@]}"
  check 'it ends with the undisturbed bytes' '' same_run "$run"
  mount -o remount,ro "$disk"
  on 1 --output "$disk/other"
  "${command[@]}" &>"$work/log"
  code=$?
  check "read-only from the beginning: $(tail -1 "$work/log" | sed "s:$work/::g")" "code $code" test "$code" -eq 74
}

# fill DISK KiB: fills it but for so much.
fill() {
  dd if=/dev/zero of="$1/fill" bs=1k count=$(($(df --output=avail "$1" | tail -1) - $2)) status=none
}

fresh_disk() {
  unmount full
  mount -t tmpfs -o size="$1" tmpfs "$work/full"
}
