#!/usr/bin/env bash
# Simulates what the statistics behind rollouts promise (see bench/README.md).
# bench/decisions/run.sh [--quick] [--seed N] [--only aa|entities|ab|bandit|sparse|canary|flipped]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec dotnet run -c Release --project bench/decisions -- "$@"
