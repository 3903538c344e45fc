#!/usr/bin/env bash
# Simulates what the statistics behind rollouts promise (see bench/README.md).
# bench/decisions/run.sh [--quick] [--seed N] [--only aa|ab|bandit|sparse|canary]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec dotnet run -c Release --project bench/decisions -- "$@"
