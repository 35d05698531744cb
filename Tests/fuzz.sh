#!/usr/bin/env bash
# Reads damaged data under libFuzzer and AddressSanitizer: every format of Tests/fuzz for some seconds each.
#
#   Tests/fuzz.sh [SECONDS] [FORMAT…]     default 60 and all formats
#
# A crash, a trap, an error that does not name the file, 10 seconds for one input, 64 MiB in one allocation or 2 GiB in all
# end a format with the input that did it. What was found lies in .build/fuzz/corpus, and is begun with the next time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-60}; shift || true
formats=("$@")
if [[ ${#formats[@]} == 0 ]]; then
  # A format's name is lower case; the other files are shared.
  for file in Tests/fuzz/[a-z]*.swift; do formats+=("$(basename "$file" .swift)"); done
fi

out=$PWD/.build/fuzz
mkdir -p "$out/corpus"
flags=(-O -swift-version 6 -package-name adamw_ddp -parse-as-library -enable-upcoming-feature ExistentialAny
  -enable-upcoming-feature MemberImportVisibility -I "$out")
for c in CPlatform CZlib CPictures; do
  flags+=(-I "Sources/$c" -Xcc "-fmodule-map-file=Sources/$c/module.modulemap")
done
sanitized=(-sanitize=fuzzer,address -g)

# The targets that read data, in the order of their levels.
for module in Tensors Containers Pictures Datasets; do
  mapfile -t sources < <(find "Sources/$module" -name '*.swift')
  [[ $out/$module.o -nt Package.swift && -z $(find "Sources/$module" -name '*.swift' -newer "$out/$module.o") ]] && continue
  echo "compiling $module" >&2
  swiftc -c -wmo "${flags[@]}" "${sanitized[@]}" -module-name "$module" -emit-module \
    -emit-module-path "$out/$module.swiftmodule" "${sources[@]}" -o "$out/$module.o"
done
swiftc "${flags[@]}" -module-name MakeSeeds Tests/fuzz/MakeSeeds.swift \
  Tests/TestSupport/{DataFileGoldens,ReadGolden,ContractViolation}.swift -o "$out/make-seeds"
"$out/make-seeds" "$out/seeds"

failed=()
for format in "${formats[@]}"; do
  swiftc "${flags[@]}" "${sanitized[@]}" -module-name Fuzz "Tests/fuzz/$format.swift" Tests/fuzz/Fuzzed*.swift \
    "$out"/{Tensors,Containers,Pictures,Datasets}.o -o "$out/$format" 2>&1 | grep -v "Cannot export local symbol" || true
  mkdir -p "$out/corpus/$format" "$out/seeds/$format"
  echo "== $format" >&2
  # The folder in memory is named after the process.
  "$out/$format" -max_total_time="$seconds" -max_len=40000 -timeout=10 -malloc_limit_mb=64 -rss_limit_mb=2048 \
    -artifact_prefix="$out/$format-" -print_final_stats=1 -verbosity=0 "$out/corpus/$format" "$out/seeds/$format" &
  process=$!
  wait "$process" || failed+=("$format")
  rm -rf "/dev/shm/adamw-ddp-fuzz-$process"
done
if [[ ${#failed[@]} != 0 ]]; then
  echo "found something: ${failed[*]}; the inputs lie in $out" >&2
  exit 1
fi
echo "nothing found" >&2
