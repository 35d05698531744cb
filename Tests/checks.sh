# shellcheck shell=bash disable=SC2154 # what sources it has these variables
# Rows of checks, for the scripts beside it that do to runs what happens to them.
#
#   source Tests/checks.sh
#
# $script is the script's name and $subject what its row is of; $row is printf's form for a row, $pause
# how long `await` waits between two looks. Counts what fails in $failed.

failed=0

# need COMMAND PACKAGES: what has not its programs fails in one sentence.
need() {
  command -v "$1" >/dev/null && return
  echo "$script: $1 is missing: apt-get install --no-install-recommends $2" >&2
  return 1
}

# check TEXT FIGURE COMMAND…: a row of the table; the command says whether it holds.
check() {
  local verdict=yes
  "${@:3}" &>/dev/null || verdict=NO
  [[ $verdict == yes ]] || ((failed++))
  # shellcheck disable=SC2059 # the form is the script's
  printf "$row" "$subject" "$1" "$2" "$verdict"
}

# await SECONDS COMMAND…: until the command holds; false when it does not in time.
await() {
  local end=$((SECONDS + $1))
  until "${@:2}" &>/dev/null; do
    ((SECONDS < end)) || return
    sleep "$pause"
  done
}
