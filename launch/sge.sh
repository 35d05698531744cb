#!/usr/bin/env bash
# Trains on several nodes under Grid Engine, in as many jobs as it takes. Submit it from a folder that
# all nodes share:
#
#   DATA=/shared/cifar-10-batches-bin qsub -N mine -v DATA launch/sge.sh --epochs 100 --seed 7
#
# Arguments go to `adamw-ddp train`, and DATA, a folder that every node can read, goes before them as
# --data. Beside these the script says only where the work is done and where the run goes: what is
# trained is the arguments' alone. The program is taken from PATH; launch/install.sh puts it there.
#
# The run is the folder runs/NAME of the job's name. Another job of this name goes on with it, and when
# it is finished says so and ends. Before the time limit the run saves, and the job submits itself again.
# To end a job and save: touch runs/NAME/stop. qdel saves as well, in the time that -notify leaves.

#$ -N adamw-ddp
#$ -S /bin/bash
#$ -cwd
# Cores, not ranks: of two nodes with 32 each. The environment (qconf -spl lists them) must give every
# node the same number of slots (allocation_rule 32, or $fill_up with whole nodes).
#$ -pe orte 64
# Shorter jobs start sooner.
#$ -l h_rt=02:00:00
# USR2 to this script before h_rt and before qdel's end, as long before as the queue's `notify` says
# (qconf -sq: 60 seconds by default): the slowest step, an evaluation and a save must fit. Not s_rt, which
# sends USR1 to the daemons of the other nodes and kills the job.
#$ -notify
# A job whose node died is not started again by itself; submit it anew, and it goes on.
#$ -r no
# Errors and output in one file.
#$ -j y

set -euo pipefail

threads=${THREADS:-16} # of a rank: the cores of a socket (lscpu: "Core(s) per socket")

# The Open MPI and OpenBLAS that the program was built with, if they are modules:
# module load openmpi openblas
PATH=$PATH:$HOME/.local/bin # where launch/install.sh puts the program unless told otherwise

# Grid Engine runs a copy of this file; what it sources lies in the folder of submission or beside the
# program.
launch=$SGE_O_WORKDIR/launch
[[ -e $launch/job.sh ]] || launch=$(dirname "$(command -v adamw-ddp)")/../share/adamw-ddp
source "$launch/mpi.sh"
source "$launch/job.sh"

run=$SGE_O_WORKDIR/runs/$JOB_NAME # one file system for all ranks
ranks=$((NSLOTS / NHOSTS / threads))
if ((ranks < 1)); then
  job_say "$NSLOTS slots on $NHOSTS nodes are fewer than the $threads threads of a rank on each"
  exit 64
fi

# Open MPI asks Grid Engine for the nodes, and starts its daemons there under its control.
mpi_ready "$NHOSTS" "$ranks" "$threads"
job_run "$run" "${mpi_start[@]}" adamw-ddp train --threads "$threads" --output "$run" --resume auto \
  ${DATA:+--data "$DATA"} "$@"

# qdel warns as h_rt does, but what it has marked for deletion is not to come back.
deleted() { [[ $(qstat 2>/dev/null | awk -v job="$JOB_ID" '$1 == job { print $5 }') == *d* ]]; }

if [[ $job_state == again ]] && ! deleted; then
  trap '' USR2 # which may come again
  next=$(qresub "$JOB_ID") || exit 69 # with all that this one was submitted with
  job_say "again: $next"
fi
exit "$job_code"
