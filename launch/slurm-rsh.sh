#!/usr/bin/env bash
# Runs a command on a node of this Slurm job, as rsh would: mpirun starts its daemons with it.
#
#   launch/slurm-rsh.sh [OPTIONS OF ssh] NODE COMMAND…
while [[ $1 == -* ]]; do shift; done
exec srun --overlap --nodes=1 --ntasks=1 --nodelist="$1" --mpi=none --cpu-bind=none --kill-on-bad-exit=0 \
  bash -c "${*:2}"
