# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # run.sh sources it
# Three hosts on a switch of 1 Gbit/s and 0.5 ms, two ranks each: what the network and dying hosts do.

bed_network() {
  local long began
  long=("${flags[@]}" --epochs 10000 --output runs/network-long)
  hosts up 3 --sim || return
  hosts sim rate=1000 delay=0.5ms
  cp "$CLUSTER_DIR/names" hosts
  # Short, so that a lost host is noticed in 8 + 4 * 1 seconds; production has 30 + 6 * 10.
  export OMPI_MCA_oob_tcp_keepalive_time=8 OMPI_MCA_oob_tcp_keepalive_intvl=1
  export OMPI_MCA_oob_tcp_keepalive_probes=4 OMPI_MCA_odls_base_sigkill_timeout=1

  straight network-straight "${flags[@]}" --steps 150
  began=$(now)
  begin "${flags[@]}" --steps 150 --output runs/network-hosts
  finish 200
  check 'six ranks on three hosts end with the bytes of one process' "$(seconds_since "$began")" \
    same_model runs/network-straight runs/network-hosts

  rm -rf runs/network-hosts
  begin "${flags[@]}" --steps 150 --output runs/network-hosts
  await 90 beyond runs/network-hosts 20
  began=$(now)
  hosts cut h3
  sleep 3
  hosts join h3
  finish 200
  check 'a cut of 3 s heals: the run goes on to the same bytes' "$(seconds_since "$began")" \
    same_model runs/network-straight runs/network-hosts

  rm -rf runs/network-long
  begin "${long[@]}"
  await 90 beyond runs/network-long 20
  hosts cut h3
  began=$(now)
  finish 60
  check "a silent cut ends the job within keepalive (12 s) + 5 s: code $code" "$(seconds_since "$began")" \
    less "$(seconds_since "$began")" 17
  check 'and the host that is lost is named' '' grep -qw h3 log
  hosts join h3
  hosts down && hosts up 3 --sim && hosts sim rate=1000 delay=0.5ms

  rm -rf runs/network-long
  begin "${long[@]}"
  await 90 beyond runs/network-long 20
  hosts crash h3
  began=$(now)
  finish 60
  check "a host without power, too: code $code" "$(seconds_since "$began")" less "$(seconds_since "$began")" 17
  hosts down && hosts up 3 --sim && hosts sim rate=1000 delay=0.5ms

  rm -rf runs/network-long
  begin "${long[@]}" --deadline 5
  await 90 beyond runs/network-long 20
  began=$(now)
  kill -STOP "$(hosts pids h3 adamw-ddp | head -n 1)"
  finish 60
  check "a stopped rank ends the job within its deadline (5 s) + 5 s: code $code" \
    "$(seconds_since "$began")" less "$(seconds_since "$began")" 10
  check 'and it is named with its host' '' grep -Eq 'rank 4.* h3' log

  bed_network_guard "${long[@]}"
}

# A host of which everything stops still answers as a kernel: no keepalive notices it, mpirun itself
# hangs. The guard of the job scripts is what is left.
bed_network_guard() {
  local began
  hosts down && hosts up 3 --sim && hosts sim rate=1000 delay=0.5ms
  rm -rf runs/network-long
  GUARD_MINUTES=0.2 hosts run bash -c 'source launch/mpi.sh; source launch/job.sh; mpi_ready 3 2 1 hosts
    job_run runs/network-long "${mpi_start[@]}" adamw-ddp train --threads 1 "$@"
    exit $job_code' guard "$@" &>log </dev/null &
  mpirun=$!
  await 90 beyond runs/network-long 20
  began=$(now)
  hosts freeze h3
  finish 90
  check "a frozen host: the guard (12 s) ends the job within 45 s: code $code" \
    "$(seconds_since "$began")" [ "$code" = 69 ]
  sleep 3
  check 'and leaves no rank on the other hosts' '' \
    [ -z "$(hosts pids h1 adamw-ddp)$(hosts pids h2 adamw-ddp)" ]
}
