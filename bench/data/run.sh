#!/usr/bin/env bash
# Measures work on data (see bench/README.md):
# bench/data/run.sh [--only speed,parity,memory,ingest,profile,append,export] [--rows N] [--columns N] [--rounds N]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages libxgboost0
build_all
exec dotnet "$(program Data.Bench Progeny.Data.Bench.dll)" "$@"
