#!/usr/bin/env bash
# Trains on several nodes under Slurm. Submit it from a folder that all nodes share:
#
#   DATA=/shared/cifar-10-batches-bin sbatch launch/slurm.sh --epochs 100 --seed 7
#   sbatch --nodes=4 --cpus-per-task=32 launch/slurm.sh       (sbatch's own options win over these)
#
# Arguments go to `adamw-ddp train`, and DATA, a folder that every node can read, goes before them as
# --data. Beside these the script says only where the work is done and where the run goes: what is
# trained is the arguments' alone. The program is taken from PATH; launch/install.sh puts it there.

#SBATCH --job-name=adamw-ddp
# Nodes times ranks per node must not exceed the lanes (--lanes, 8 unless you say otherwise): a rank
# holds whole lanes. The trained bits do not depend on either.
#SBATCH --nodes=2
# Ranks per node: one per socket, so that a rank's threads share a memory. More ranks than that send
# more messages for the same work.
#SBATCH --ntasks-per-node=2
# Threads per rank: the cores of a socket (lscpu: "Core(s) per socket").
#SBATCH --cpus-per-task=16
# One thread per core: a second hardware thread shares the vector units that the first keeps busy.
#SBATCH --hint=nomultithread
# Whole nodes: a neighbour's job slows one rank, and all others wait for it at every step.
#SBATCH --exclusive
# Twice what you expect: a run that meets the limit is lost. Shorter jobs start sooner.
#SBATCH --time=02:00:00
#SBATCH --output=adamw-ddp-%j.log

set -euo pipefail

# The Open MPI and OpenBLAS that the program was built with, if they are modules:
# module load openmpi openblas
PATH=$PATH:$HOME/.local/bin # where launch/install.sh puts the program unless told otherwise

job=$SLURM_SUBMIT_DIR/runs/slurm-$SLURM_JOB_ID # one file system for all ranks
ranks_per_node=$SLURM_NTASKS_PER_NODE
threads=$SLURM_CPUS_PER_TASK

# A requeued job has the number that it had: its next try gets a folder of its own, …-2, …-3.
output=$job
for ((try = 2; ; try++)); do
  [[ -e $output ]] || break
  output=$job-$try
done

# A node that dies silently ends the job after 30 + 6 * 10 = 90 seconds. Open MPI's default notices
# nothing for eight minutes; much less than 90 would end jobs for a switch that restarts.
export OMPI_MCA_oob_tcp_keepalive_time=30
export OMPI_MCA_oob_tcp_keepalive_intvl=10
export OMPI_MCA_oob_tcp_keepalive_probes=6

# mpirun and not srun: Open MPI reads nodes from the allocation whether or not Slurm has its PMIx.
# PE=threads with --bind-to core gives each rank that many cores of its own, next to each other.
# exec: signals that Slurm sends to this script reach mpirun, which hands them on to the ranks.
exec mpirun --map-by "ppr:$ranks_per_node:node:PE=$threads" --bind-to core \
  adamw-ddp train --threads "$threads" --output "$output" ${DATA:+--data "$DATA"} "$@"
