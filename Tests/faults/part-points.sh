# Every file operation of a run's saves is spoiled in turn, in every way; then the run is gone on with.
# shellcheck shell=bash disable=SC2154,SC2034 # run.sh has the variables

short_plan() {
  plan=(--model smallcnn --epochs 2 --batch-size 100 --eval-every 0 --log-every 1 --checkpoint-every 2
    --checkpoint-minutes 0 --keep-checkpoints 1)
  [[ $data != synthetic ]] || plan+=(--train-fraction 0.02)
}

part_points() {
  local run=$work/run-points way points point operation
  local ways=(kill half ENOSPC EIO EINTR short)
  short_plan
  straight || return
  on 1 --resume auto --output "$run"
  SPOIL_UNDER=$run/checkpoints SPOIL_LOG=$work/operations LD_PRELOAD=$work/spoil.so "${command[@]}" >/dev/null
  points=$(wc -l <"$work/operations")
  check "file operations under checkpoints/: $(cut -d' ' -f2 "$work/operations" | sort | uniq -c |
    sort -rn | awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }')" "$points" test "$points" -gt 30
  for way in "${ways[@]}"; do
    local good=0 quiet=0
    for ((point = 1; point <= points; point++)); do
      rm -rf "$run"
      operation=$(sed -n "${point}s:[^ ]* \\([^ ]*\\) .*/:\\1 :p" "$work/operations")
      spoil "$way" "$point"
      case $operation in
        open* | *write* | fsync* | rename*) [[ -s $work/log || $code != 0 ]] || ((quiet++)) ;;
      esac
      if "${command[@]}" &>"$work/log" && same_run "$run" &>/dev/null && "$program" checkpoint verify "$run" &>/dev/null &&
        tidy "$run" "$operation"; then
        ((good++))
      else
        tell "$way at $point ($operation): $code, then $(cat "$work/log") $(find "$run/checkpoints" -type f)"
      fi
    done
    check "$way: the run is gone on with, ends with the undisturbed run's bytes and leaves no remains" \
      "$good of $points" test "$good" -eq "$points"
    case $way in
      ENOSPC | EIO) check "$way: while it opens, writes, flushes or renames, something is said of it" "$quiet not" test "$quiet" -eq 0 ;;
    esac
  done
  teeth "$run"
}

# spoil WAY POINT: trains with one operation spoiled; how it ended is in $code.
spoil() {
  # The shell would say what was killed.
  { SPOIL_UNDER=$run/checkpoints SPOIL_AT=$2 SPOIL_HOW=$1 LD_PRELOAD=$work/spoil.so "${command[@]}" &>"$work/log"; } 2>/dev/null
  code=$?
}

# tidy RUN OPERATION: a checkpoint has its two files and nothing else, and there are no incomplete ones, unless the
# operation that was spoiled took the last of them away: of a run that is over nothing is touched.
tidy() {
  local files
  files=$(find "$1/checkpoints" -type f | wc -l)
  ((files == $(checkpoints "$1") * 2)) || [[ $2 == unlink* || $2 == rmdir* ]]
}

# That a checkpoint is found out which loads and is wrong: a moment is another, and all checksums are made to fit. Its
# digest says so; without digests the comparison above does.
teeth() {
  rm -rf "$1"
  # Before the last save, so that there are steps to come.
  spoil kill $((points * 2 / 3))
  forge "$(find "$1/checkpoints" -name manifest.json | sort | tail -1 | xargs dirname)" || return
  "${command[@]}" &>"$work/log"
  check 'a checkpoint forged with right checksums is refused, since its digest is not the logged one' "code $?" \
    grep -q 'digests.csv: the state after step' "$work/log"
  rm "$1/digests.csv"
  "${command[@]}" &>"$work/log"
  check 'without digests.csv it is loaded, and the model is another than the undisturbed run'"'"'s (this test has teeth)' \
    "$(says "$1" state)" eval "is_done '$1' && ! cmp '$work/straight/model.safetensors' '$1/model.safetensors'"
}

# forge CHECKPOINT: turns a bit near its file's end and writes the checksums anew.
forge() {
  local part=$1/part-00000.safetensors manifest=$1/manifest.json body=$work/body length start sum
  length=$(stat -c %s "$part")
  start=$(sed -n 's/.*"start" : \([0-9]*\).*/\1/p' "$manifest" | sort -n | tail -1)
  local old
  old=$(tail -c +$((start + 1)) "$part" | sha256sum | cut -d' ' -f1)
  printf '\x41' | dd of="$part" bs=1 seek=$((length - 1)) conv=notrunc status=none
  sum=$(tail -c +$((start + 1)) "$part" | sha256sum | cut -d' ' -f1)
  tail -n +2 "$manifest" | sed "s/$old/$sum/" >"$body"
  { printf '{"sha256":"%s",\n' "$(sha256sum <"$body" | cut -d' ' -f1)" && cat "$body"; } >"$manifest"
  grep -q "$sum" "$manifest"
}
