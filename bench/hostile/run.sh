#!/usr/bin/env bash
# What hostile input does to a node, and to another project on it (see bench/README.md):
# bench/hostile/run.sh [--only ENTRY...] [--seed N] [--quick] [--list]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
# Of these only ONNX is needed; entries without their program are skipped where there is none.
require_packages libxgboost0 python3-onnx
build_programs
# All of its sockets: entries open more than a thousand connections.
ulimit -n "$(ulimit -Hn)"
exec /usr/bin/python3 -B bench/hostile/hostile.py --gateway "$(program Gateway Progeny.Gateway.dll)" "$@"
