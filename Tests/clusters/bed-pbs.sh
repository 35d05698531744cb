# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # run.sh sources it
# launch/pbs.sh as PBS runs it, under Slurm's qsub, which reads lines of PBS: its words, its files, its way
# back into the queue. It is no PBS: it knows no select, and what kills a job there is not seen here.

# Slurm's qsub, beside any other that is installed. It cannot hand on a variable with blanks (-v), so it
# hands on all; and the job makes the file of its nodes itself, which PBS does before.
make_qsub() {
  mkdir -p "$work/torque"
  (
    cd "$work/torque" && apt-get download -qq slurm-wlm-torque && dpkg-deb -x slurm-wlm-torque*.deb .
  ) &>/dev/null || { echo 'clusters: there is no package slurm-wlm-torque' >&2 && return 1; }
  ln -sf "$(command -v sbatch)" "$work/torque/usr/bin/sbatch" # which it looks for beside itself
  cat >"$work/bin/qsub" <<END
#!/bin/bash
words=()
while ((\$#)); do
  if [[ \$1 == -v ]]; then shift 2; else words+=("\$1") && shift; fi
done
exec $work/torque/usr/bin/qsub -V "\${words[@]}"
END
  chmod +x "$work/bin/qsub"
  sed "s/^#PBS -l select.*/#PBS -l nodes=3:ppn=2/; /^#PBS -l place/d
    s|^set -euo.*|&\nexport PBS_NODEFILE=\$($work/torque/usr/bin/generate_pbs_nodefile)|" launch/pbs.sh >pbs-job.sh
}

bed_pbs() {
  local began
  need slurmctld 'slurm-wlm slurm-client slurmd slurmctld munge libslurm-perl' || return
  PLUGSTACK='required spank_pbs.so' SLURM_EXTRA='JobSubmitPlugins=pbs' slurm up 3 || return
  make_qsub || return
  straight pbs-straight "${flags[@]}" --steps "$steps"

  export RANKS_PER_NODE=2 THREADS=1 JOB_SECONDS=15 ARGS
  ARGS="${flags[*]@Q} --steps $steps"
  began=$(now)
  slurm run qsub -N pbs-limit pbs-job.sh >/dev/null
  await 400 state_is runs/pbs-limit 'done'
  check 'a job that its script warns submits itself again, and the run ends' "$(seconds_since "$began")" \
    grep -q 'again as' pbs-limit.e1
  check 'with the bytes of the run in one piece' '' same_model runs/pbs-straight runs/pbs-limit
  slurm down
}
