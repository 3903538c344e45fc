#!/usr/bin/env bash
# What being a member of a cluster costs, and what grows with members and projects (see bench/README.md): bench/cluster/run.sh
# [--only serving|messages|projects] [--quick] [--rounds N] [--seconds N] [--members N] [--projects N] [--generations N]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages wrk libxgboost0 postgresql
build_programs
build bench/cluster/scaling/Meters/Meters.csproj -p:RunAnalyzers=false
exec /usr/bin/python3 -B bench/cluster/scaling/scaling.py --gateway "$(program Gateway Progeny.Gateway.dll)" \
    --progeny "$(program Cli progeny.dll)" --meters "$(program Meters Progeny.Meters.dll)" "$@"
