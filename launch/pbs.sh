#!/usr/bin/env bash
# Trains on several nodes under PBS, in as many jobs as it takes. Submit it from a folder that all nodes
# share:
#
#   DATA=/shared/cifar-10-batches-bin ARGS='--epochs 100 --seed 7' qsub -N mine -v DATA,ARGS launch/pbs.sh
#
# qsub hands a script no arguments, so ARGS has what goes to `adamw-ddp train`, quoted as for a shell
# (ARGS="--config 'my plan.yaml'"); a qsub with -F hands them on after it. DATA, a folder that every
# node can read, goes before them as --data. Beside these the script says only where the work is done
# and where the run goes. -v takes names alone, as here: after a "=" it would cut at every comma.
# The program is taken from PATH; launch/install.sh puts it there.
#
# The run is the folder runs/NAME of the job's name. Another job of this name goes on with it, and when
# it is finished says so and ends. Before the time limit the run saves, and the job submits itself again;
# what you give qsub beside -N, DATA and ARGS is lost then, so change the lines below instead.
# To end a job and save: touch runs/NAME/stop. A plain qdel leaves the run seconds.

#PBS -N adamw-ddp
# Two whole nodes (ncpus: all cores of one), two ranks on each: one per socket, so that a rank's
# threads share a memory. Torque has no select; there it is: #PBS -l nodes=2:ppn=32
#PBS -l select=2:ncpus=32:mpiprocs=2
# A neighbour's job slows one rank, and all others wait for it at every step.
#PBS -l place=scatter:excl
# Shorter jobs start sooner.
#PBS -l walltime=02:00:00
# Errors and output in one file.
#PBS -j oe

set -euo pipefail

# These three must agree with the lines above; nodes times ranks must not exceed the lanes (--lanes, 8
# unless you say otherwise), because a rank holds whole lanes. The trained bits do not depend on either.
ranks_per_node=${RANKS_PER_NODE:-2}
threads=${THREADS:-16} # the cores of a socket (lscpu: "Core(s) per socket")
# PBS warns nobody, so job.sh does, within half a minute: less than walltime by the slowest step, an
# evaluation and a save.
JOB_SECONDS=${JOB_SECONDS:-$((115 * 60))}

# The Open MPI and OpenBLAS that the program was built with, if they are modules:
# module load openmpi openblas
PATH=$PATH:$HOME/.local/bin # where launch/install.sh puts the program unless told otherwise

cd "$PBS_O_WORKDIR" # PBS starts in the home folder
# PBS runs a copy of this file; what it sources lies in the folder of submission or beside the program.
launch=$PBS_O_WORKDIR/launch
[[ -e $launch/job.sh ]] || launch=$(dirname "$(command -v adamw-ddp)")/../share/adamw-ddp
source "$launch/mpi.sh"
source "$launch/job.sh"

run=$PBS_O_WORKDIR/runs/$PBS_JOBNAME # one file system for all ranks
arguments=()
eval "arguments=(${ARGS:-})"
arguments+=("$@")

# Many Open MPIs are built without PBS's library and know the nodes from a hostfile alone. A node stands
# in PBS's file once per rank (PBS) or per core (Torque); here once.
hosts=$(mktemp)
trap 'rm -f "$hosts" "$hosts.mpi"' EXIT
sort -u "$PBS_NODEFILE" >"$hosts"

mpi_ready "$(wc -l <"$hosts")" "$ranks_per_node" "$threads" "$hosts"
job_run "$run" "${mpi_start[@]}" adamw-ddp train --threads "$threads" --output "$run" --resume auto \
  ${DATA:+--data "$DATA"} ${arguments[@]+"${arguments[@]}"}

if [[ $job_state == again ]]; then
  export ARGS=${arguments[*]@Q} DATA=${DATA:-}
  next=$(qsub -N "$PBS_JOBNAME" -v DATA,ARGS "$0") || exit 69
  job_say "again as $next"
fi
exit "$job_code"
