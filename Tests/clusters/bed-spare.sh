# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # run.sh sources it
# Slurm on four nodes of which three compute: launch/slurm-spare.sh while one of them dies.

bed_spare() {
  local began
  need slurmctld 'slurm-wlm slurm-client slurmd slurmctld munge' || return
  slurm up 4 || return
  straight spare-straight "${flags[@]}" --steps "$steps"

  # 8 seconds for a lost host instead of 90.
  export OMPI_MCA_oob_tcp_keepalive_time=5 OMPI_MCA_oob_tcp_keepalive_intvl=1
  export OMPI_MCA_oob_tcp_keepalive_probes=3 OMPI_MCA_odls_base_sigkill_timeout=1
  ANSWER_SECONDS=5 submit --job-name=spare-crash --nodes=4 --time=10 launch/slurm-spare.sh "${flags[@]}" \
    --steps "$steps"
  await 60 beyond runs/spare-crash 20
  began=$(now)
  hosts crash h2
  await 60 grep -q 'on h1,h3,h4' spare-crash-*.log
  check 'a node dies: the run starts again in the same job, on the spare' "$(seconds_since "$began")" \
    grep -q 'on h1,h3,h4' spare-crash-*.log
  follow 300
  check 'and ends with the bytes of the run in one piece' "$(seconds_since "$began")" \
    same_model runs/spare-straight runs/spare-crash
  check 'in one job, which Slurm did not requeue' '' restarted 0
  slurm down
}
