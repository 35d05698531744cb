#!/usr/bin/env bash
# Builds everything in release mode, refuses compiler warnings in our own files, and runs the tests
# (the check of formatting is one of them).
#
#   launch/test.sh [ARGUMENTS OF swift test, such as --filter Kernels]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source launch/packages.sh
# Tests of pictures need what a build does without.
((${#offered[@]} == 0)) || packages_install "${offered[@]}" || true
flags=(-c release ${link_flags[@]+"${link_flags[@]}"})

mkdir -p .build
# An import that Package.swift does not declare is an error, so that its levels are what they say.
swift build --build-tests --explicit-target-dependency-import-check error "${flags[@]}" 2>&1 |
  tee .build/tests.log
mapfile -t warned < <(
  sed -nE 's/^(.*\/(Sources|Tests)\/.*):[0-9]+:[0-9]+: warning: .*/\1/p' .build/tests.log |
    grep -v /.build/checkouts/ | sort -u
)
if ((${#warned[@]})); then
  touch -- "${warned[@]}" # compiled again next time, so that the warning comes again
  printf 'test: compiler warning in %s\n' "${warned[@]}" >&2
  exit 1
fi

# Open MPI refuses root, the usual user of a container, without these.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Without testable imports the flags are those of the build above and of quickstart: nothing is
# compiled twice, and the tests meet the code that users run.
swift test "${flags[@]}" --disable-testable-imports "$@"
