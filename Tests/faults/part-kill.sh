# A rank is killed at a random step, again and again, and the run goes on at another number of ranks.
# shellcheck shell=bash disable=SC2154,SC2034 # run.sh has the variables

# The plan of this part and of "any": all that a run can remember.
long_plan() {
  plan=(--model smallcnn --epochs 40 --batch-size 25 --train-fraction "$1" --ema 0.9 --save-best --sched warm-restarts
    --restart-epochs 5 --restart-mult 1 --log-every 3 --checkpoint-every 4 --checkpoint-minutes 0 --keep-every 40)
}

# few_images: a fraction of the images of which an epoch has eight steps.
few_images() { if [[ $data == synthetic ]]; then echo 0.02; else echo 1; fi; }

part_kill() {
  local times=${TIMES:-20} run=$work/run killed=0 turn=0 ranks sequence=(8 3 5 1) from
  long_plan "$(few_images)"
  straight || return
  while ((killed < times)); do
    ranks=${sequence[turn++ % 4]}
    from=$(last_step "$run")
    on "$ranks" --resume auto --output "$run"
    "${command[@]}" &>"$work/log" </dev/null &
    local launcher=$!
    if ! await 60 eval "is_beyond '$run' $((from + 1 + RANDOM % 14)) || ! kill -0 $launcher"; then
      tell "no step in 60 s: $(cat "$work/log")"
      return 1
    fi
    local processes=("$launcher")
    ((ranks == 1)) || mapfile -t processes < <(pgrep -P "$launcher")
    kill -KILL "${processes[RANDOM % ${#processes[@]}]}" 2>/dev/null && ((killed++))
    wait "$launcher" 2>/dev/null
    ! is_done "$run" || break
  done
  check "kill -9 of a random rank at a random step, R = 8, 3, 5, 1 in turn" "$killed times" test "$killed" -eq "$times"
  from=$(last_step "$run")
  on 8 --resume auto --output "$run"
  check 'the last start, as 8 ranks, comes to the end' "step $from" "${command[@]}"
  check 'models (last, average, best, snapshots) and metrics are those of the undisturbed run' \
    "$(find "$run" -name '*.safetensors' -not -path '*/checkpoints/*' | wc -l) models" same_run "$run"
  check 'all checkpoints that are kept are whole' "$(checkpoints "$run") kept" \
    "$program" checkpoint verify "$run"
}
