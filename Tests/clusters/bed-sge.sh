# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # run.sh sources it
# Grid Engine on three nodes of two slots: launch/sge.sh, but for its PATH.

sge() { "$here/sge.sh" "$@"; }

# submit_sge [OPTIONS OF qsub] SCRIPT ARGUMENTS…
submit_sge() { sge run qsub -terse -V -pe orte 6 "$@"; }
idle() { [[ ! $(sge run qstat) ]]; }

bed_sge() {
  local began
  need qconf 'gridengine-master gridengine-exec gridengine-client' || return
  # Debian's qsub: another of this name may stand before it.
  rm -f "$work/bin/qsub"
  sge up 3 || return
  # Grid Engine gives a job a PATH of its own making.
  sed "s|^PATH=.*|PATH=$work/bin:\$PATH|" launch/sge.sh >sge-job.sh
  straight sge-straight "${flags[@]}" --steps "$steps"
  export THREADS=1

  began=$(now)
  submit_sge -N sge-limit -l h_rt=00:00:30 sge-job.sh "${flags[@]}" --steps "$steps" >/dev/null
  await 400 state_is runs/sge-limit 'done'
  check "a job that meets its time limit submits itself again ($(cat sge-limit.o* | grep -c 'again: ') times)" \
    "$(seconds_since "$began")" grep -q 'again: ' sge-limit.o1
  check 'with the bytes of the run in one piece' '' same_model runs/sge-straight runs/sge-limit
  await 20 idle

  submit_sge -N sge-delete sge-job.sh "${flags[@]}" --steps "$steps" >number
  await 60 beyond runs/sge-delete 20
  began=$(now)
  sge run qdel "$(<number)" >/dev/null
  await 60 idle
  check 'qdel saves, and the job stays away' "$(seconds_since "$began")" state_is runs/sge-delete stopped
  submit_sge -N sge-delete sge-job.sh "${flags[@]}" --steps "$steps" >/dev/null
  await 200 state_is runs/sge-delete 'done'
  check 'the next job of the name ends with the same bytes' '' same_model runs/sge-straight runs/sge-delete
  sge down
}
