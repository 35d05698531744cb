#!/usr/bin/env bash
# Builds the program in release mode; the last line, the only one on stdout, is where it is.
#
#   launch/build.sh [ARGUMENTS OF swift build]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source launch/packages.sh
build=(swift build -c release --product adamw-ddp ${link_flags[@]+"${link_flags[@]}"} "$@")
"${build[@]}" >&2
echo "$("${build[@]}" --show-bin-path)/adamw-ddp"
