#!/usr/bin/env bash
# What projects that nobody uses cost a node, and how quietly it stops (see bench/README.md): bench/idle/run.sh [--projects N] [--seconds N] [--rounds N].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages libxgboost0
build_all
exec /usr/bin/python3 -B bench/idle/idle.py --gateway "$(program Gateway Progeny.Gateway.dll)" --progeny "$(program Cli progeny.dll)" "$@"
