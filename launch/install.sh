#!/usr/bin/env bash
# Builds the program with the Swift runtime inside, so that compute nodes need only Open MPI and
# OpenBLAS, copies it to PREFIX/bin, and says what the nodes must have. Job scripts go to
# PREFIX/share/adamw-ddp.
#
#   launch/install.sh [PREFIX]    default ~/.local
set -euo pipefail
case "${1:-}" in
-*) echo "install: $1 is no flag of it; it takes the folder whose bin gets the program" >&2 && exit 64 ;;
esac
launch=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=${1:-$HOME/.local}

# A build folder of its own: the two ways of linking in one folder would compile everything again at
# each change from one to the other.
program=$("$launch/build.sh" --static-swift-stdlib --scratch-path .build-install)
mkdir -p "$prefix/bin"
bin=$(cd "$prefix/bin" && pwd)
# install(1) replaces the file instead of writing into it: jobs that run the old one are not disturbed.
install -m 755 "$program" "$bin/adamw-ddp"
mkdir -p "$bin/../share/adamw-ddp"
share=$(cd "$bin/../share/adamw-ddp" && pwd)
install -m 755 "$launch"/{slurm,slurm-chain,slurm-spare,slurm-rsh,pbs,sge}.sh "$share"
install -m 644 "$launch"/{job,mpi}.sh "$share"
echo "installed $bin/adamw-ddp, job scripts in $share"

# What the program's file asks of the loader, where there is something to read it with.
if command -v readelf >/dev/null; then
  # newest NAME: the highest version of NAME's symbols that it needs, which is the oldest NAME it runs on.
  newest() {
    readelf -VW "$bin/adamw-ddp" | grep -oE "Name: $1_[0-9.]+" | sed "s/.*_//" | sort -Vu | tail -n 1
  }
  cxx=$(newest GLIBCXX) || cxx=''
  echo "runs on glibc $(newest GLIBC) or newer${cxx:+, with a libstdc++ that has GLIBCXX_$cxx}"
  echo "needs $(readelf -dW "$bin/adamw-ddp" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | paste -sd ' ')"
fi
case ":$PATH:" in
  *":$bin:"*) ;;
  *) echo "install: $bin is not on PATH; add: export PATH=\"$bin:\$PATH\"" >&2 ;;
esac
