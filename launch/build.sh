#!/usr/bin/env bash
# Builds the program in release mode; the last line, the only one on stdout, is where it is.
#
#   launch/build.sh [ARGUMENTS OF swift build]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source launch/packages.sh

# The git revision, with 01 behind it where files differ from it, goes into the program as its build
# ID (Sources/adamw-ddp/Launch/BuildRevision.swift); no other way of building says one.
revision=()
if [[ -z $(git rev-parse --show-prefix 2>/dev/null || echo none) ]] &&
  commit=$(git rev-parse --verify --quiet HEAD) && [[ ${#commit} == 40 ]]; then
  dirty=00
  [[ -z $(git status --porcelain) ]] || dirty=01
  revision=(-Xlinker "--build-id=0x$(printf 'git:' | od -An -tx1 | tr -d ' \n')$commit$dirty")
fi
build=(swift build -c release --product adamw-ddp ${link_flags[@]+"${link_flags[@]}"}
  ${revision[@]+"${revision[@]}"} "$@")
"${build[@]}" >&2
echo "$("${build[@]}" --show-bin-path)/adamw-ddp"
