#!/usr/bin/env bash
# What TLS costs a prediction, and what a caller who floods one project does to another (see bench/README.md): bench/wire/run.sh [--rounds N] [--seconds N] [--only PART].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages wrk libxgboost0 openssl
build_all
exec /usr/bin/python3 -B bench/wire/wire.py --gateway "$(program Gateway Progeny.Gateway.dll)" --progeny "$(program Cli progeny.dll)" "$@"
