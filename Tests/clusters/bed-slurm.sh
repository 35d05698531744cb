# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # run.sh sources it
# Slurm on three nodes, two ranks each: launch/slurm.sh as it is, with a time limit of a minute.

slurm() { "$here/slurm.sh" "$@"; }

# submit [OPTIONS OF sbatch] SCRIPT ARGUMENTS…: the job's number, in $job.
submit() {
  job=$(slurm run sbatch --parsable --nodes=3 --ntasks-per-node=2 --cpus-per-task=1 --time=1 \
    --signal=B:USR1@30 "$@")
}
job_is() { [[ $(slurm run squeue -h -t all -j "$job" -o %T) == "$1" ]]; }
# By its own word: a controller that does not answer, or a job between two starts, has none of these.
job_over() {
  local states
  states=$(slurm run squeue -h -t all -j "$job" -o %T)
  [[ $states ]] && ! grep -Evqx 'COMPLETED|FAILED|CANCELLED|TIMEOUT' <<<"$states"
}
restarted() { slurm run scontrol show job "$job" | grep -q "Restarts=$1"; }

# A job that has requeued itself waits two minutes, which nobody here has; but its nodes must be done with it, or
# Slurm takes the end of its last start for that of the next.
hurry() {
  sleep 5
  slurm run scontrol update "JobId=$job" StartTime=now 2>/dev/null # it may have begun by itself
}

# Until the job is over, however often it goes back to the queue.
follow() {
  local end=$((SECONDS + $1))
  until job_over; do
    ((SECONDS < end)) || return
    job_is PENDING && hurry
    sleep 1
  done
}

bed_slurm() {
  local began
  need slurmctld 'slurm-wlm slurm-client slurmd slurmctld munge' || return
  slurm up 3 || return
  straight slurm-straight "${flags[@]}" --steps "$steps"

  began=$(now)
  submit --job-name=slurm-limit launch/slurm.sh "${flags[@]}" --steps "$steps"
  follow 400
  check "a job that meets its time limit is requeued (restarts: $(restarts)), and ends" \
    "$(seconds_since "$began")" restarted '[1-9]'
  check 'with the bytes of the run in one piece' '' same_model runs/slurm-straight runs/slurm-limit

  submit --job-name=slurm-cancel --time=10 launch/slurm.sh "${flags[@]}" --steps "$steps"
  await 60 beyond runs/slurm-cancel 20
  began=$(now)
  slurm run scancel --batch --signal=TERM "$job"
  await 60 job_over
  check 'scancel --batch --signal=TERM saves, and the job stays away' "$(seconds_since "$began")" \
    state_is runs/slurm-cancel stopped
  submit --job-name=slurm-cancel --time=10 launch/slurm.sh "${flags[@]}" --steps "$steps"
  await 60 beyond runs/slurm-cancel 40
  began=$(now)
  slurm run scancel "$job"
  await 60 job_over
  check 'a plain scancel saves' "$(seconds_since "$began")" state_is runs/slurm-cancel stopped
  submit --job-name=slurm-cancel --time=10 launch/slurm.sh "${flags[@]}" --steps "$steps"
  follow 200
  check 'the next job of the name ends with the same bytes' '' same_model runs/slurm-straight runs/slurm-cancel

  bed_slurm_chain "${flags[@]}"
  slurm down
}

# As many jobs as it takes, and one to spare that finds nothing to do.
bed_slurm_chain() {
  local began
  began=$(now)
  slurm run launch/slurm-chain.sh 6 --parsable --job-name=slurm-chain --nodes=3 --ntasks-per-node=2 \
    --cpus-per-task=1 --time=1 --signal=B:USR1@30 launch/slurm.sh "$@" --steps "$steps" >job-numbers
  job=$(paste -sd, job-numbers)
  await 400 job_over
  check 'a chain of six jobs ends with the same bytes' "$(seconds_since "$began")" \
    same_model runs/slurm-straight runs/slurm-chain
  check 'and its last found nothing to do' '' \
    [ "$(slurm run squeue -h -t all -j "$(tail -n 1 job-numbers)" -o %T)" = COMPLETED ]
}

# Of three nodes two compute, and one of them dies: Slurm itself puts the job back.
bed_crash() {
  local began
  need slurmctld 'slurm-wlm slurm-client slurmd slurmctld munge' || return
  slurm up 3 || return
  straight crash-straight "${flags[@]}" --steps "$steps"
  submit --job-name=crash-node --time=10 --nodes=2 launch/slurm.sh "${flags[@]}" --steps "$steps"
  await 60 beyond runs/crash-node 20
  began=$(now)
  hosts crash h2
  await 90 restarted 1
  follow 300
  check 'a node dies: the job starts again on the others, and ends with the same bytes' \
    "$(seconds_since "$began")" same_model runs/crash-straight runs/crash-node
  slurm down
}

restarts() { slurm run scontrol show job "$job" | grep -o 'Restarts=[0-9]*' | cut -d= -f2; }
