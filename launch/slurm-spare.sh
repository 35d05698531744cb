#!/usr/bin/env bash
# Trains on several nodes under Slurm with nodes to spare: when one dies, the run goes on at once in the
# same allocation, on the nodes that still answer, from its last checkpoint. Submit it as slurm.sh:
#
#   DATA=/shared/cifar-10-batches-bin sbatch --nodes=5 --job-name=mine launch/slurm-spare.sh --epochs 100
#
# All but SPARES (default 1) of the nodes compute. A node's death is noticed after 90 seconds (mpi.sh).
# What slurm.sh says of folder, arguments and time limit holds here, too; its choices are explained there.

#SBATCH --job-name=adamw-ddp
#SBATCH --nodes=3
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=16
#SBATCH --hint=nomultithread
#SBATCH --exclusive
#SBATCH --time=02:00:00
#SBATCH --signal=B:USR1@180
#SBATCH --requeue
#SBATCH --output=%x-%j.log
#SBATCH --open-mode=append
# The job outlives its nodes, all but the first, where this script runs.
#SBATCH --no-kill

set -euo pipefail

# module load openmpi openblas
PATH=$PATH:$HOME/.local/bin

launch=$SLURM_SUBMIT_DIR/launch
[[ -e $launch/job.sh ]] || launch=$(dirname "$(command -v adamw-ddp)")/../share/adamw-ddp
source "$launch/mpi.sh"
source "$launch/job.sh"

run=$SLURM_SUBMIT_DIR/runs/$SLURM_JOB_NAME
threads=$SLURM_CPUS_PER_TASK
needed=$((SLURM_JOB_NUM_NODES - ${SPARES:-1}))
if ((needed < 1)); then
  job_say "of $SLURM_JOB_NUM_NODES nodes ${SPARES:-1} are spare (SPARES): none is left to compute"
  exit 64
fi
hosts=$SLURM_SUBMIT_DIR/$SLURM_JOB_NAME-$SLURM_JOB_ID.hosts
trap 'rm -f "$hosts" "$hosts.mpi"' EXIT

# Whether a node still starts processes.
answers() { (timeout -s KILL "${ANSWER_SECONDS:-15}" "$launch/slurm-rsh.sh" "$1" true) </dev/null &>/dev/null; }

# The first nodes that answer, as many as compute.
choose() {
  local host
  : >"$hosts"
  for host in $(scontrol show hostnames); do
    (($(wc -l <"$hosts") == needed)) && break
    if answers "$host"; then echo "$host" >>"$hosts"; else job_say "$host does not answer"; fi
  done
  (($(wc -l <"$hosts") == needed)) && return
  job_say "of $SLURM_JOB_NUM_NODES nodes too few answer: $needed are needed"
  exit 69
}

# Whether a node that took part is dead: only then would another start do better.
lost_a_host() {
  local host
  while read -r host; do answers "$host" || return 0; done <"$hosts"
  return 1
}

# The hosts of a file instead of the allocation's, and each daemon by itself: Open MPI's own srun would
# insist on the dead node.
export OMPI_MCA_ras=^slurm OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$launch/slurm-rsh.sh
export OMPI_MCA_plm_rsh_no_tree_spawn=1
export PRTE_MCA_ras=^slurm PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent=$launch/slurm-rsh.sh
export PRTE_MCA_plm_ssh_no_tree_spawn=1
export HYDRA_RMK=user HYDRA_LAUNCHER=ssh HYDRA_LAUNCHER_EXEC=$launch/slurm-rsh.sh

while :; do
  choose
  mpi_ready "$needed" "$SLURM_NTASKS_PER_NODE" "$threads" "$hosts"
  job_say "on $(paste -sd, "$hosts")"
  job_run "$run" "${mpi_start[@]}" adamw-ddp train --threads "$threads" --output "$run" --resume auto \
    ${DATA:+--data "$DATA"} "$@"
  if [[ $job_state != lost ]] || ! lost_a_host; then break; fi
done

if [[ $job_state == again && ! ${CHAIN:-} ]]; then
  job_say 'back to the queue'
  scontrol requeue "$SLURM_JOB_ID" || exit 69
  trap - TERM
  sleep 300 # which Slurm ends
fi
exit "$job_code"
