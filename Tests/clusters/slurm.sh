#!/usr/bin/env bash
# A real Slurm over the hosts of hosts.sh: slurmctld on h1, a slurmd on each.
usage='usage: Tests/clusters/slurm.sh
  up N            N hosts of 2 cores
  run COMMAND…    on h1, for sbatch, squeue, scancel
  down
SLURM_EXTRA and PLUGSTACK are further lines for slurm.conf and plugstack.conf.'
set -uo pipefail

here=$(dirname "$(readlink -f "$0")")
export CLUSTER_DIR=${CLUSTER_DIR:-/tmp/adamw-hosts}
folder=$CLUSTER_DIR/slurm
export SLURM_CONF=$folder/slurm.conf

configure() {
  mkdir -p "$folder/state" "$folder/munge"
  chmod 700 "$folder/munge"
  head -c 1024 /dev/urandom >"$folder/munge/key"
  chmod 400 "$folder/munge/key"
  # No control groups, more cores than there are, and a folder for temporary files on each host, since
  # all see the same /tmp. A node that does not answer is down after 30 s.
  cat >"$SLURM_CONF" <<END
ClusterName=fake
SlurmctldHost=h1
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CryptoType=crypto/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool.%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
TmpFS=$CLUSTER_DIR/tmp/%n
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0,requeue_delay=5
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SlurmdTimeout=30
KillWait=10
MinJobAge=3600
JobRequeue=1
${SLURM_EXTRA:-}
NodeName=h[1-$1] CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=h[1-$1] Default=YES MaxTime=INFINITE State=UP
MailProg=/bin/true
END
  [[ ! ${PLUGSTACK:-} ]] || echo "$PLUGSTACK" >"$folder/plugstack.conf"
}

up() {
  local i try
  "$here/hosts.sh" up "$1" || exit
  configure "$1"
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
  cd / || exit
  "$here/hosts.sh" run slurmctld
  for ((i = 1; i <= $1; i++)); do "$here/hosts.sh" run -h "h$i" slurmd; done
  for ((try = 0; try < 100; try++)); do
    [[ $("$here/hosts.sh" run sinfo -h -o %D -t idle 2>/dev/null) == "$1" ]] && return
    sleep 0.1
  done
  echo 'slurm: the nodes did not come up' >&2
  exit 1
}

down() {
  if [[ -d $folder ]]; then
    "$here/hosts.sh" run timeout 5 scancel -u root 2>/dev/null
    sleep 0.3
    [[ ! -e $folder/munge/pid ]] || kill "$(cat "$folder/munge/pid")"
  fi
  "$here/hosts.sh" down
}

command=${1:-}
(($# == 0)) || shift
case $command in
  up | down) "$command" "$@" ;;
  run) exec "$here/hosts.sh" run "$@" ;;
  *) echo "$usage" >&2 && exit 64 ;;
esac
