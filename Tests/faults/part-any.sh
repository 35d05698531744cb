# Runs that are ended by whatever signal comes, anywhere, and each time gone on with by the same command.
# shellcheck shell=bash disable=SC2154,SC2034 # run.sh has the variables

part_any() {
  local times=${TIMES:-10} run=$work/run-any number good=0 starts=0 replayed=0
  local ways=(TERM INT USR1 USR2 HUP KILL file) seen=' '
  long_plan "$(few_images)"
  straight || return
  for ((number = 0; number < times; number++)); do
    rm -rf "$run"
    if interrupted "$run" && same_run "$run" &>/dev/null; then
      ((good++))
      replays "$run" && ((replayed++))
    else
      tell "run $number of SEED=$SEED differs: $(cat "$work/log")"
    fi
  done
  check 'runs ended by random signals at random times, each gone on with by --resume auto, end alike' \
    "$good of $times" test "$good" -eq "$times"
  check 'each is replayed from a random kept checkpoint to the next, as three ranks: all digests agree' \
    "$replayed of $times" test "$replayed" -eq "$times"
  check "the signals that ended them:$seen" "$starts starts" test "$starts" -gt "$times"
}

# replays RUN: computes a stretch of it again.
replays() {
  local steps first
  mapfile -t steps < <("$program" checkpoint list "$1" | sed -n 's/^step-0*\([0-9]*\) .* complete$/\1/p')
  first=$((RANDOM % (${#steps[@]} - 1)))
  mpirun --oversubscribe --bind-to none -n 3 "$program" replay "$1" --threads 1 --from "${steps[first]}" \
    --to "${steps[first + 1]}" &>"$work/replay" || {
    tell "$(cat "$work/replay")"
    return 1
  }
}

# interrupted RUN: goes on with it until it is over, though something ends it again and again.
interrupted() {
  local left=4 way ranks launcher code
  while true; do
    ranks=$((RANDOM % 3 + 1))
    on "$ranks" --resume auto --output "$1"
    "${command[@]}" &>"$work/log" </dev/null &
    launcher=$!
    ((starts++))
    if ((left-- > 0)); then
      way=${ways[RANDOM % ${#ways[@]}]}
      # Some come before there is a run, some behind its end.
      await 60 eval "is_beyond '$1' $(($(last_step "$1") + RANDOM % 60)) || ! kill -0 $launcher"
      if [[ $way == file ]]; then
        touch "$1/stop"
      else
        kill "-$way" "$launcher" 2>/dev/null
      fi
      [[ $seen == *" $way "* ]] || seen+="$way "
    fi
    wait "$launcher" 2>/dev/null
    code=$?
    # Killed with mpirun, ranks end a moment later.
    await 20 eval "! pgrep -f -- '--output $1\$'" || tell "ranks are left behind by $way"
    if ((code == 0)) && is_done "$1"; then return 0; fi
    ((left > -3)) || return 1
  done
}
