#!/usr/bin/env bash
# Submits several jobs of one name, of which Slurm runs one at a time: each goes on with the run, and
# those that are left when it is finished say so and end. For clusters that do not let jobs requeue
# themselves, or where a job that waits is worth more than one that comes back.
#
#   launch/slurm-chain.sh JOBS --job-name=mine [OPTIONS OF sbatch] launch/slurm.sh [ARGUMENTS]
#   scancel --name=mine --state=PENDING      takes those away that have not begun
#
# So a run that somebody stops is gone on with by the next: take those away first.
set -euo pipefail

if [[ ! ${1:-} =~ ^[1-9][0-9]*$ || $# == 1 ]]; then
  echo 'slurm-chain: expected how many jobs and what sbatch takes: 5 --job-name=mine launch/slurm.sh' >&2
  exit 64
fi
jobs=$1
shift

export CHAIN=yes # so that they leave the queue to each other
for ((job = 1; job <= jobs; job++)); do
  sbatch --dependency=singleton "$@"
done
