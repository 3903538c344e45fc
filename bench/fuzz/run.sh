#!/usr/bin/env bash
# Fuzzes what reads the bytes of strangers (bench/fuzz/FuzzTargets.cs), led by coverage. Inputs that reach something new are kept in artifacts/fuzz/corpus,
# findings in artifacts/fuzz/findings; the small corpus of ./test.sh is bench/fuzz/corpus.
#   bench/fuzz/run.sh --minutes M [--target T]      M for each target
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

minutes= only=
while [ $# -gt 0 ]; do
    case $1 in
        --minutes) minutes=${2:?--minutes needs a number}; shift 2 ;;
        --target) only=${2:?--target needs a name}; shift 2 ;;
        *) fail "$1: --minutes M and --target T are right."; exit 2 ;;
    esac
done
[ -n "$minutes" ] || { fail "--minutes is missing: how long each target is to be fuzzed."; exit 2; }

require_tools
out=artifacts/fuzz
dotnet build bench/fuzz/Fuzz.csproj -c Release --tl:off -v:q -clp:NoSummary -nologo
rm -rf "$out/bin"
mkdir -p "$out/corpus" "$out/findings"
cp -r artifacts/bin/Fuzz/release "$out/bin"
[ -x "$out/tools/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$out/tools" >/dev/null
for assembly in Progeny.Core Progeny.Contracts Progeny.Gateway Progeny.Silo; do "$out/tools/sharpfuzz" "$out/bin/$assembly.dll" >/dev/null; done

seconds=$(awk -v m="$minutes" 'BEGIN { print int(m * 60) }')
failed=0
for folder in bench/fuzz/corpus/*/; do
    target=$(basename "$folder")
    [ -z "$only" ] || [ "$only" = "$target" ] || continue
    mkdir -p "$out/corpus/$target"
    cp -n "$folder"* "$out/corpus/$target/"
    nice -n 19 dotnet "$out/bin/Progeny.Fuzz.dll" "$target" "$seconds" "$out/corpus" "$out/findings" || { echo "$target: ended with $?"; failed=1; }
done
exit $failed
