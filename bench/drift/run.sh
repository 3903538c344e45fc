#!/usr/bin/env bash
# Simulates streams with and without drift (docs/drift.md): bench/drift/run.sh [--quick] [--seed N]. Fails where the stated rates do not hold.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
exec dotnet run -c "$configuration" -v quiet --project bench/drift/Drift.Bench.csproj -- "$@"
