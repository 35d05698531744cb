#!/usr/bin/env bash
# Builds the program with the Swift runtime inside, so that compute nodes need only Open MPI and
# OpenBLAS, and copies it to PREFIX/bin.
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
echo "installed $bin/adamw-ddp"
case ":$PATH:" in
  *":$bin:"*) ;;
  *) echo "install: $bin is not on PATH; add: export PATH=\"$bin:\$PATH\"" >&2 ;;
esac
