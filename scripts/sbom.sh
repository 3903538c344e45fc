#!/usr/bin/env bash
# Writes a software bill of materials in CycloneDX's JSON: all NuGet packages that the programs bring, with versions, hashes and licences.
#   scripts/sbom.sh [FILE]       without FILE: artifacts/sbom.json
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh
require_tools

file=$(realpath -m "${1:-artifacts/sbom.json}")
tools=artifacts/tools
[ -x "$tools/dotnet-CycloneDX" ] || dotnet tool install CycloneDX --version 6.3.1 --tool-path "$tools" >/dev/null ||
    { fail "'dotnet tool install CycloneDX' failed: NuGet's source must be reachable for the first run."; exit 1; }
dotnet restore Programs.slnf --tl:off -v:q >/dev/null
"$tools/dotnet-CycloneDX" Programs.slnf --output "$(dirname "$file")" --filename "$(basename "$file")" --output-format Json \
    --set-name Progeny --set-version "$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)" --disable-package-restore >/dev/null
say "$(grep -c '"purl"' "$file") packages: $file"
