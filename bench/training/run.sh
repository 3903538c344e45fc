#!/usr/bin/env bash
# What a training costs the queries that its node answers meanwhile (see bench/README.md): bench/training/run.sh [--rounds N] [--seconds N] [--rate N].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages libxgboost0
build_all
exec /usr/bin/python3 -B bench/training/training.py --gateway "$(program Gateway Progeny.Gateway.dll)" --progeny "$(program Cli progeny.dll)" "$@"
