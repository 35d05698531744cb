#!/usr/bin/env bash
# A real Grid Engine (Debian's gridengine-*) over the hosts of hosts.sh: sge_qmaster on h1, an execd on each.
usage='usage: Tests/clusters/sge.sh
  up N            N hosts of 2 slots
  run COMMAND…    on h1, for qsub, qstat, qdel
  down
NOTIFY is how many seconds before its end a job is warned (10).'
set -uo pipefail

here=$(dirname "$(readlink -f "$0")")
export CLUSTER_DIR=${CLUSTER_DIR:-/tmp/adamw-hosts}
folder=$CLUSTER_DIR/sge
programs=/usr/lib/gridengine
export SGE_ROOT=$folder SGE_CELL=default SGE_ARCH=lx-amd64 SGE_QMASTER_PORT=6444 SGE_EXECD_PORT=6445
export SGE_CLUSTER_NAME=fake LD_LIBRARY_PATH=$programs

on() { "$here/hosts.sh" run "$@"; }

# The folder that Grid Engine expects, with Debian's programs in it.
lay_out() {
  local name shares=/usr/share/gridengine
  mkdir -p "$folder"/{bin,lib,utilbin,default/common,spool/qmaster/job_scripts,spool/db,spool/execd}
  for name in bin lib utilbin; do ln -s "$programs" "$folder/$name/$SGE_ARCH"; done
  ln -s "$shares/util" "$folder/util"
  cat >"$folder/default/common/bootstrap" <<END
admin_user              none
default_domain          none
ignore_fqdn             false
spooling_method         classic
spooling_lib            libspoolc
spooling_params         $folder/default/common;$folder/spool/qmaster
binary_path             $programs
qmaster_spool_dir       $folder/spool/qmaster
security_mode           none
listener_threads        2
worker_threads          2
scheduler_threads       1
END
  echo h1 >"$folder/default/common/act_qmaster"
  echo fake >"$folder/default/common/cluster_name"
  sed "s|/var/spool/gridengine/execd|$folder/spool/execd|; s|^min_uid.*|min_uid 0|; s|^min_gid.*|min_gid 0|
    s|^execd_params.*|execd_params ENABLE_ADDGRP_KILL=true|; s|^load_report_time.*|load_report_time 00:00:05|" \
    "$shares/default-configuration" >"$folder/configuration"
}

start() {
  local i try
  cd /tmp || exit
  on "$programs/spoolinit" classic libspoolc "$folder/default/common;$folder/spool/qmaster" init
  on "$programs/spooldefaults" configuration "$folder/configuration"
  on "$programs/spooldefaults" complexes "$folder/util/resources/centry"
  on "$programs/spooldefaults" usersets "$folder/util/resources/usersets"
  on "$programs/spooldefaults" managers root
  on "$programs/sge_qmaster"
  for ((try = 0; try < 50; try++)); do
    if on qconf -sh; then break; fi
    sleep 0.1
  done
  for ((i = 1; i <= $1; i++)); do on qconf -ah "h$i" && on qconf -as "h$i"; done
  for ((i = 1; i <= $1; i++)); do "$here/hosts.sh" run -h "h$i" "$programs/sge_execd"; done
}

# A queue over all hosts, and an environment that gives each as many slots as it has.
configure() {
  printf 'group_name @hosts\nhostlist %s\n' "$(seq -f h%g -s ' ' "$1")" >"$folder/group"
  on qconf -Ahgrp "$folder/group"
  cat >"$folder/environment" <<END
pe_name orte
slots 999
user_lists NONE
xuser_lists NONE
start_proc_args /bin/true
stop_proc_args /bin/true
allocation_rule 2
control_slaves TRUE
job_is_first_task FALSE
urgency_slots min
accounting_summary FALSE
qsort_args NONE
END
  on qconf -Ap "$folder/environment"
  on qconf -sq .template >"$folder/queue" 2>/dev/null || on qconf -sq >"$folder/queue"
  sed -i "s|^qname.*|qname all.q|; s|^hostlist.*|hostlist @hosts|; s|^pe_list.*|pe_list orte|
    s|^slots.*|slots 2|; s|^shell .*|shell /bin/bash|; s|^notify.*|notify 00:00:${NOTIFY:-10}|
    s|^rerun.*|rerun TRUE|; s|^load_thresholds.*|load_thresholds NONE|" "$folder/queue"
  on qconf -Aq "$folder/queue"
  on qconf -ssconf | sed 's|^schedule_interval.*|schedule_interval 0:0:1|
    s|^flush_submit_sec.*|flush_submit_sec 1|; s|^flush_finish_sec.*|flush_finish_sec 1|' >"$folder/scheduler"
  on qconf -Msconf "$folder/scheduler"
}

up() {
  local try
  "$here/hosts.sh" up "$1" || exit
  {
    lay_out
    start "$1"
    configure "$1"
  } &>"$CLUSTER_DIR/sge.log"
  for ((try = 0; try < 100; try++)); do
    [[ $(on qhost 2>/dev/null | grep -c '^h[0-9].*[0-9]\.[0-9]') == "$1" ]] && return
    sleep 0.2
  done
  echo "sge: the nodes did not come up:" >&2
  cat "$CLUSTER_DIR/sge.log" >&2
  exit 1
}

down() {
  if [[ -d $folder ]]; then
    on timeout 5 qdel -u root &>/dev/null
    on timeout 5 qconf -ke all -km &>/dev/null
    sleep 1
  fi
  "$here/hosts.sh" down
}

command=${1:-}
(($# == 0)) || shift
case $command in
  up | down) "$command" "$@" ;;
  run) on "$@" ;;
  *) echo "$usage" >&2 && exit 64 ;;
esac
