#!/usr/bin/env bash
# Trains on several nodes under Slurm, in as many jobs as it takes. Submit it from a folder that all
# nodes share:
#
#   DATA=/shared/cifar-10-batches-bin sbatch --job-name=mine launch/slurm.sh --epochs 100 --seed 7
#   sbatch --nodes=4 --cpus-per-task=32 launch/slurm.sh       (sbatch's own options win over these)
#
# Arguments go to `adamw-ddp train`, and DATA, a folder that every node can read, goes before them as
# --data. Beside these the script says only where the work is done and where the run goes: what is
# trained is the arguments' alone. The program is taken from PATH; launch/install.sh puts it there.
#
# The run is the folder runs/NAME of the job's name. Another job of this name goes on with it, and when
# it is finished says so and ends. Shortly before the time limit the run saves, and the job goes back to
# the queue; so it does when a node fails. slurm-chain.sh submits several jobs at once instead, and
# slurm-spare.sh goes on without waiting when a node dies.
# To end a job and save: scancel --batch --signal=TERM JOB, or touch runs/NAME/stop. A plain scancel
# saves if a step ends and the checkpoint is written in the 8 seconds before ranks are killed.

#SBATCH --job-name=adamw-ddp
# Nodes times ranks per node must not exceed the lanes (--lanes, 8 unless you say otherwise): a rank
# holds whole lanes. The trained bits do not depend on either.
#SBATCH --nodes=2
# Ranks per node: one per socket, or per NUMA domain, so that a rank's threads share a memory. More
# ranks than that send more messages for the same work.
#SBATCH --ntasks-per-node=2
# Threads per rank: the cores of a socket or domain (lscpu: "Core(s) per socket").
#SBATCH --cpus-per-task=16
# One thread per core: a second hardware thread shares the vector units that the first keeps busy.
#SBATCH --hint=nomultithread
# Whole nodes: a neighbour's job slows one rank, and all others wait for it at every step.
#SBATCH --exclusive
# Shorter jobs start sooner.
#SBATCH --time=02:00:00
# USR1 to this script so many seconds before: longer than the slowest step, an evaluation and a save.
#SBATCH --signal=B:USR1@180
#SBATCH --requeue
#SBATCH --output=%x-%j.log
#SBATCH --open-mode=append

set -euo pipefail

# The Open MPI and OpenBLAS that the program was built with, if they are modules:
# module load openmpi openblas
PATH=$PATH:$HOME/.local/bin # where launch/install.sh puts the program unless told otherwise

# Slurm runs a copy of this file; what it sources lies in the folder of submission or beside the program.
launch=$SLURM_SUBMIT_DIR/launch
[[ -e $launch/job.sh ]] || launch=$(dirname "$(command -v adamw-ddp)")/../share/adamw-ddp
source "$launch/mpi.sh"
source "$launch/job.sh"

run=$SLURM_SUBMIT_DIR/runs/$SLURM_JOB_NAME # one file system for all ranks
threads=$SLURM_CPUS_PER_TASK

# mpirun and not srun: it reads nodes from the allocation whether or not Slurm has its PMIx, and hands
# USR1 on to every rank.
mpi_ready "$SLURM_JOB_NUM_NODES" "$SLURM_NTASKS_PER_NODE" "$threads"
job_run "$run" "${mpi_start[@]}" adamw-ddp train --threads "$threads" --output "$run" --resume auto \
  ${DATA:+--data "$DATA"} "$@"

if [[ $job_state == again && ! ${CHAIN:-} ]]; then
  job_say 'back to the queue'
  scontrol requeue "$SLURM_JOB_ID" || exit 69
  trap - TERM
  sleep 300 # which Slurm ends
fi
exit "$job_code"
