# shellcheck shell=bash
# How ranks are started over hosts: the only place that knows where Open MPI 4, Open MPI 5 and MPICH differ.
#
#   source launch/mpi.sh
#   mpi_ready HOSTS RANKS THREADS [FILE]     RANKS for each of HOSTS hosts, with THREADS cores each
#   "${mpi_start[@]}" adamw-ddp train …
#
# FILE has a host's name in each line, for schedulers that this MPI does not ask itself; a hostfile as
# this MPI reads it is then made beside it. What the user has exported (OMPI_MCA_…, PRTE_MCA_…) stays.

mpi_stop() {
  printf 'mpi: %s\n' "$1" >&2
  return 69
}

# Which MPI the mpirun on PATH belongs to.
mpi_name() {
  local text
  text=$(mpirun --version 2>/dev/null) || return
  case $text in
    *'(Open MPI) 4.'*) echo openmpi4 ;;
    *'(Open MPI) '[5-9].*) echo openmpi5 ;;
    HYDRA*) echo mpich ;;
    *) return 1 ;;
  esac
}

# Exports NAME=VALUE where the user has not.
mpi_default() { [[ ${!1+set} ]] || export "$1=$2"; }

# What is set for all hosts. A host that dies silently is lost after 30 + 6 * 10 = 90 seconds: by
# default mpirun hangs for eight minutes. Much less than 90 would end jobs for a switch that restarts.
mpi_settings() {
  local prefix=OMPI_MCA
  case $1 in
    openmpi4)
      # Ranks are killed so long after TERM: time to save where only TERM comes. The price: after an
      # exit code that is not 0, mpirun takes four times as long to end.
      mpi_default OMPI_MCA_odls_base_sigkill_timeout 8
      # In containers it complains of a system call that they forbid; ranks pass it little in any case.
      mpi_default OMPI_MCA_btl_vader_single_copy_mechanism none
      ;;
    openmpi5)
      # It kills half a second after TERM, whatever it is told.
      prefix=PRTE_MCA
      mpi_default OMPI_MCA_smsc ^cma
      ;;
    mpich) return ;; # it watches no hosts: the ranks' own deadline ends the job, or the job's guard
  esac
  mpi_default "${prefix}_oob_tcp_keepalive_time" 30
  mpi_default "${prefix}_oob_tcp_keepalive_intvl" 10
  mpi_default "${prefix}_oob_tcp_keepalive_probes" 6
}

# Cores of this host, whatever their hardware threads.
mpi_cores() { lscpu -p=CORE,SOCKET | grep -v '^#' | sort -u | wc -l; }

# The part of a host, numa or socket, that holds RANKS_OF_A_PART * THREADS cores and of which there are so
# many that the host's RANKS fill them evenly, as "numa 2"; "node RANKS" where there is none. By whole
# hosts alone Open MPI 4 and MPICH deal cores in a row, so that a rank may lie across two sockets.
mpi_part() {
  local ranks=$1 threads=$2 column parts cores
  # A job that has some of a host's cores: which they are is the scheduler's choice.
  if (($(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc) == $(nproc --all))); then
    for column in 3:numa 2:socket; do
      read -r parts cores < <(lscpu -p=CORE,SOCKET,NODE 2>/dev/null | grep -v '^#' | sort -u |
        awk -F, -v c="${column%:*}" '{ seen[$c]++ } END { for (p in seen) n++; print n + 0, NR }')
      if ((parts > 0 && ranks % parts == 0 && ranks * threads <= cores)); then
        echo "${column#*:} $((ranks / parts))"
        return
      fi
    done
  fi
  echo "node $ranks"
}

mpi_ready() {
  local hosts=$1 ranks=$2 threads=$3 file=${4:-} name part each crowded=
  name=$(mpi_name) ||
    mpi_stop "expected mpirun of Open MPI 4, Open MPI 5 or MPICH on PATH, found $(type -p mpirun || echo none)." || return
  mpi_settings "$name"
  read -r part each < <(mpi_part "$ranks" "$threads")
  if ((ranks * threads > $(mpi_cores))); then
    crowded=yes
    echo "mpi: $ranks ranks of $threads threads on $(mpi_cores) cores, where they take turns" >&2
  fi
  mpi_start=(mpirun)
  case $name in
    openmpi*)
      if [[ $file ]]; then
        sed "s/\$/ slots=$ranks/" "$file" >"$file.mpi"
        mpi_start+=(--hostfile "$file.mpi")
      fi
      if [[ $crowded ]]; then
        mpi_start+=(--map-by "ppr:$ranks:node:OVERSUBSCRIBE" --bind-to none)
      else
        # PE: so many cores of its own for each rank, next to each other.
        mpi_start+=(--map-by "ppr:$each:$part:PE=$threads" --bind-to core)
      fi
      ;;
    mpich)
      if [[ $file ]]; then
        sed "s/\$/:$ranks/" "$file" >"$file.mpi"
        mpi_start+=(-f "$file.mpi")
      fi
      mpi_start+=(-n $((hosts * ranks)) -ppn "$ranks")
      if [[ $crowded ]]; then
        mpi_start+=(-bind-to none)
      else
        mpi_start+=(-bind-to "core:$threads")
        [[ $part == node ]] || mpi_start+=(-map-by "$part")
      fi
      ;;
  esac
}
