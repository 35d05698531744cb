# shellcheck shell=bash disable=SC2034 # job scripts read what it sets
# What every job does with its run, whatever the scheduler: begin it or go on with it, hand on the
# scheduler's warning, end it when it hangs, and tell how it ended.
#
#   source launch/job.sh
#   job_run RUN COMMAND…     COMMAND trains into the folder RUN; "${mpi_start[@]}" of mpi.sh is its start
#
# Then job_state is
#   done     the run has ended as planned
#   again    the scheduler's warning (USR1, USR2) stopped it in time: the same job is to go on later
#   stopped  somebody stopped it: a file `stop` in its folder, --max-minutes, the job's end by TERM
#   lost     anything else; its last checkpoint stands
# and job_code what the job should end with. The run's status.json decides, not mpirun's exit code,
# which may be 0 after a node was lost.
# A warning that comes before or between runs is remembered: the next job_run begins nothing.

job_pid='' job_signal=''

job_say() { printf 'job: %s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }

# A field of status.json that is a word; its first level has two spaces before it.
job_field() {
  sed -n "s/^  \"$1\" *: *\"\\([^\"]*\\)\".*/\\1/p" "$job_folder/status.json" 2>/dev/null || true
}

# USR1 is what mpirun of every MPI hands on to all ranks. It may come again while they save.
job_warn() {
  job_signal=$1
  [[ $job_pid ]] || return 0
  job_say "$1: the run saves and stops"
  kill -USR1 "$job_pid" 2>/dev/null || true
}
trap 'job_warn USR1' USR1
trap 'job_warn USR2' USR2
trap 'job_warn TERM' TERM

# Ends a job in which nothing moves: a host that freezes whole hangs mpirun itself, for ever. The run
# writes status.json with every row of metrics; the limit must be longer than --log-every steps, than an
# evaluation and than the start; 0 is none. And warns the job after JOB_SECONDS, for schedulers that do not.
job_guard() {
  local limit warning=${JOB_SECONDS:-0} pause=30 began beat
  trap '' USR1 USR2 TERM # Grid Engine warns the whole group
  limit=$(awk -v m="${GUARD_MINUTES:-30}" 'BEGIN { s = 60 * m; print int(s) + (s > int(s)) }')
  ((limit == 0 || limit >= 240)) || pause=$((limit / 8 + 1))
  ((warning == 0 || warning >= 240)) || pause=$((warning / 8 + 1))
  began=$(date +%s)
  exec 9<> <(:) # of which nothing is read: a sleep that leaves no process behind
  while ! read -rt "$pause" -u 9; do
    if ((warning > 0 && $(date +%s) - began >= warning)); then
      warning=0
      kill -USR2 $$
    fi
    ((limit > 0)) || continue
    beat=$(date -d "$(job_field updated)" +%s 2>/dev/null) || beat=$began
    ((beat > began)) || beat=$began
    (($(date +%s) - beat > limit)) || continue
    job_say "no sign of life from the run for ${GUARD_MINUTES:-30} minutes: ending it"
    touch "$job_hung"
    kill -TERM -- "-$job_pid" || true
    read -rt 20 -u 9 || true
    kill -KILL -- "-$job_pid" || true
    return
  done
}

job_run() {
  local before guard code
  job_folder=$1
  if [[ $job_signal ]]; then
    job_say "$job_signal came before the run could begin"
    job_stopped
    return
  fi
  job_hung=$(mktemp -u)
  before=$(cat "$job_folder/status.json" 2>/dev/null) || true
  # A process group of its own, for the guard; and mpirun would read a standard input that is not its.
  set -m
  "${@:2}" </dev/null &
  job_pid=$!
  set +m
  job_guard &
  guard=$!
  disown "$guard" # no word of its end
  # A signal ends `wait`, not the command.
  while kill -0 "$job_pid" 2>/dev/null; do wait "$job_pid" || true; done
  wait "$job_pid" && code=0 || code=$?
  kill -KILL "$guard" 2>/dev/null || true
  # What mpirun has left, such as its connections to hosts that do not answer.
  kill -KILL -- "-$job_pid" 2>/dev/null || true
  job_pid=''
  job_judge "$code" "$before"
}

job_stopped() {
  job_state=stopped job_code=0
  [[ $job_signal != USR? ]] || job_state=again
}

# Sets job_state and job_code from mpirun's code and what status.json was before: where that is as it
# was, it says nothing of this start.
job_judge() {
  local state changed=yes
  state=$(job_field state)
  [[ $(cat "$job_folder/status.json" 2>/dev/null) != "$2" ]] || changed=
  job_state=lost job_code=$(($1 ? $1 : 69))
  if [[ $state == 'done' && ($changed || $1 == 0) ]]; then
    job_state='done' job_code=0
  elif [[ -e $job_hung ]]; then
    job_code=69
  elif [[ $state == stopped && $changed ]]; then
    job_stopped
  fi
  rm -f "$job_hung"
  job_say "mpirun ended with $1, the run is ${state:-not begun}: $job_state"
}
