#!/usr/bin/env bash
# Trains on several nodes under PBS. Submit it from a folder that all nodes share:
#
#   DATA=/shared/cifar-10-batches-bin ARGS='--epochs 100 --seed 7' qsub -v DATA,ARGS launch/pbs.sh
#
# qsub hands a script no arguments, so ARGS has what goes to `adamw-ddp train`, quoted as for a shell
# (ARGS="--config 'my plan.yaml'"); a qsub with -F hands them on after it. DATA, a folder that every
# node can read, goes before them as --data. Beside these the script says only where the work is done
# and where the run goes. -v takes names alone, as here: after a "=" it would cut at every comma.
# The program is taken from PATH; launch/install.sh puts it there.

#PBS -N adamw-ddp
# Two whole nodes (ncpus: all cores of one), two ranks on each: one per socket, so that a rank's
# threads share a memory. Torque has no select; there it is: #PBS -l nodes=2:ppn=32
#PBS -l select=2:ncpus=32:mpiprocs=2
# A neighbour's job slows one rank, and all others wait for it at every step.
#PBS -l place=scatter:excl
# Twice what you expect: a run that meets the limit is lost. Shorter jobs start sooner.
#PBS -l walltime=02:00:00
# Errors and output in one file.
#PBS -j oe

set -euo pipefail

# These two must agree with the lines above; nodes times ranks must not exceed the lanes (--lanes, 8
# unless you say otherwise), because a rank holds whole lanes. The trained bits do not depend on either.
ranks_per_node=2
threads=16 # the cores of a socket (lscpu: "Core(s) per socket")

# The Open MPI and OpenBLAS that the program was built with, if they are modules:
# module load openmpi openblas
PATH=$PATH:$HOME/.local/bin # where launch/install.sh puts the program unless told otherwise

cd "$PBS_O_WORKDIR"                          # PBS starts in the home folder
job=$PBS_O_WORKDIR/runs/pbs-${PBS_JOBID%%.*} # one file system for all ranks
arguments=()
eval "arguments=(${ARGS:-})"

# A job that is run again has the number that it had: its next try gets a folder of its own, …-2, …-3.
output=$job
for ((try = 2; ; try++)); do
  [[ -e $output ]] || break
  output=$job-$try
done

# Many Open MPIs are built without PBS's library and know the nodes from a hostfile alone. A node stands
# in PBS's file once per rank (PBS) or per core (Torque); here once, with a slot per rank.
hostfile=$(mktemp)
trap 'rm -f "$hostfile"' EXIT
sort -u "$PBS_NODEFILE" | sed "s/\$/ slots=$ranks_per_node/" >"$hostfile"

# A node that dies silently ends the job after 30 + 6 * 10 = 90 seconds. Open MPI's default notices
# nothing for eight minutes; much less than 90 would end jobs for a switch that restarts.
export OMPI_MCA_oob_tcp_keepalive_time=30
export OMPI_MCA_oob_tcp_keepalive_intvl=10
export OMPI_MCA_oob_tcp_keepalive_probes=6

# PE=threads with --bind-to core gives each rank that many cores of its own, next to each other.
mpirun --hostfile "$hostfile" --map-by "ppr:$ranks_per_node:node:PE=$threads" --bind-to core \
  adamw-ddp train --threads "$threads" --output "$output" ${DATA:+--data "$DATA"} \
  ${arguments[@]+"${arguments[@]}"} "$@"
