#!/usr/bin/env bash
# Reports a million outcomes to a node in one request, twice (see bench/README.md): bench/feedback/run.sh [--lines N].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages libxgboost0
build_all
exec /usr/bin/python3 -B bench/feedback/measure.py --gateway "$(program Gateway Progeny.Gateway.dll)" --progeny "$(program Cli progeny.dll)" "$@"
