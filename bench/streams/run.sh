#!/usr/bin/env bash
# Replays a real stream through a running node that keeps itself up to date (see bench/README.md). Brings everything that it needs first.
# bench/streams/run.sh [--quick] [--only plain|known|canary] [--data FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages libxgboost0
build_all
exec /usr/bin/python3 -B bench/streams/streams.py --gateway "$(program Gateway Progeny.Gateway.dll)" --progeny "$(program Cli progeny.dll)" "$@"
