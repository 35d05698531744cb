#!/usr/bin/env bash
# Several hosts on one machine, for root: h1, h2, … are processes that each hold a network, a host name, a
# mount and an IPC namespace of their own, and hang on a switch in one more namespace. The machine's own
# network is not touched, and `down` leaves nothing behind.
usage='usage: Tests/clusters/hosts.sh
  up N [--sim]        starts N hosts; --sim: on a switch with delay and rate (netsim.c) instead of a bridge
  run [-h HOST] …     runs a command on a host (h1), in the folder where you are
  sim KEY=VALUE…      delay=0.5ms rate=1000 (Mbit/s) loss=0.1 (%)
  cut|join HOST       drops all that goes to it and comes from it, saying nothing; ends that
  freeze|thaw HOST    stops all its processes; lets them go on
  crash HOST          cuts it and kills all its processes
  pids HOST [NAME]    its processes, or those of a name
  down
The folder CLUSTER_DIR (default /tmp/adamw-hosts) is where they keep what they need.'
set -uo pipefail

folder=${CLUSTER_DIR:-/tmp/adamw-hosts}
network=10.77.0
here=$(dirname "$(readlink -f "$0")")

holder() { cat "$folder/$1.pid"; }
hosts() { find "$folder" -name "h*.pid" -printf "%f\n" 2>/dev/null | sed "s/\.pid//" | sort -V; }

# hold NAME KIND…: a process that keeps new namespaces of these kinds.
hold() {
  setsid unshare "${@:2}" sleep infinity </dev/null &>/dev/null &
  echo $! >"$folder/$1.pid"
  disown
  until [[ $(cat /proc/$!/comm) == sleep ]]; do sleep 0.005; done
}

# In the network of a host alone.
in_network() { nsenter -t "$(holder "$1")" -n -- "${@:2}"; }

on_host() { TMPDIR=$folder/tmp/$1 nsenter -t "$(holder "$1")" -n -u -m -i -w"$PWD" -- "${@:2}"; }

# All processes in the network of a host, but its holder.
pids() {
  local space process
  space=$(readlink "/proc/$(holder "$1")/ns/net") || return
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/ns/net" 2>/dev/null) == "$space" ]] || continue
    [[ ${process#/proc/} == "$(holder "$1")" ]] && continue
    [[ ! ${2:-} || $(cat "$process/comm" 2>/dev/null) == "$2" ]] && echo "${process#/proc/}"
  done
}

kill_all() {
  local all
  for _ in 1 2 3 4 5; do
    mapfile -t all < <(pids "$1")
    ((${#all[@]})) || return 0
    kill -KILL "${all[@]}" 2>/dev/null
    sleep 0.05
  done
}

# mpirun's way to another host; as ssh it stays where a host is gone that cannot say so.
write_agent() {
  cat >"$folder/rsh" <<END
#!/bin/bash
while [[ \$1 == -* ]]; do shift; done
CLUSTER_DIR='$folder' '$here/hosts.sh' run -h "\$1" bash -c "\${*:2}"
code=\$?
[[ ! -e $folder/\$1.cut ]] || exec sleep infinity
exit \$code
END
  chmod +x "$folder/rsh"
}

up() {
  local count=$1 sim=${2:-} i
  [[ ! -e $folder/switch.pid ]] || { echo "hosts: up already ($folder)" >&2 && exit 1; }
  mkdir -p "$folder"
  chmod 755 "$folder"
  hold switch --net
  write_agent
  echo '127.0.0.1 localhost' >"$folder/hosts"
  for ((i = 1; i <= count; i++)); do
    echo "$network.$i h$i" >>"$folder/hosts"
    echo "h$i" >>"$folder/names"
    mkdir -p "$folder/tmp/h$i"
    hold "h$i" --net --uts --mount --ipc
  done
  if [[ $sim ]]; then
    gcc -O2 -o "$folder/netsim" "$here/netsim.c" || exit
    # shellcheck disable=SC2046 # numbers
    setsid "$folder/netsim" "$folder/sim.sock" $(for i in $(hosts); do holder "$i"; done) \
      </dev/null &>"$folder/sim.log" &
    echo $! >"$folder/netsim.pid"
    disown
    until [[ -S $folder/sim.sock ]]; do sleep 0.02; done
  else
    in_network switch ip link add br0 type bridge forward_delay 0
    in_network switch ip link set br0 up
  fi
  for ((i = 1; i <= count; i++)); do
    if [[ ! $sim ]]; then
      in_network switch ip link add "p$i" type veth peer name eth0 netns "$(holder "h$i")"
      in_network switch ip link set "p$i" master br0 up
    fi
    on_host "h$i" bash -c "hostname h$i; mount --bind '$folder/hosts' /etc/hosts; ip link set lo up
      ip address add $network.$i/24 dev eth0; ip link set eth0 up"
  done
}

run() {
  local host=h1
  if [[ $1 == -h ]]; then
    host=$2
    shift 2
  fi
  # For root, and for hosts whose cores are all the same two.
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_tcp_if_include=eth0
  export OMPI_MCA_oob_tcp_if_include=eth0 OMPI_MCA_mpi_yield_when_idle=1
  export OMPI_MCA_plm_rsh_agent=${OMPI_MCA_plm_rsh_agent:-$folder/rsh}
  TMPDIR=$folder/tmp/$host exec nsenter -t "$(holder "$host")" -n -u -m -i -w"$PWD" -- "$@"
}

# Words for netsim, by a datagram.
sim() {
  python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), sys.argv[1])' "$folder/sim.sock" "$*"
}

# move HOST cut|join
move() {
  local number=${1#h}
  if [[ $2 == cut ]]; then touch "$folder/$1.cut"; else rm -f "$folder/$1.cut"; fi
  if [[ -S $folder/sim.sock ]]; then
    sim "$2=$number"
  elif [[ $2 == cut ]]; then
    in_network switch ip link set "p$number" nomaster
  else
    in_network switch ip link set "p$number" master br0
  fi
}

signal_all() {
  local all
  mapfile -t all < <(pids "$2")
  kill "-$1" "${all[@]}"
}

down() {
  local host file
  [[ -d $folder ]] || return 0
  for host in $(hosts); do kill_all "$host"; done
  for file in "$folder"/*.pid; do kill -KILL "$(cat "$file")" 2>/dev/null; done
  sleep 0.05
  rm -rf "$folder"
}

command=${1:-}
(($# == 0)) || shift
case $command in
  up | run | sim | pids | down) "$command" "$@" ;;
  cut | join) move "$1" "$command" ;;
  freeze) signal_all STOP "$1" ;;
  thaw) signal_all CONT "$1" ;;
  crash) move "$1" cut && kill_all "$1" ;;
  *) echo "$usage" >&2 && exit 64 ;;
esac
