#!/usr/bin/env bash
# What experiment tracking does in a second, beside MLflow's own server (see bench/README.md): bench/tracking/run.sh [--runs N] [--seconds S].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

build_all
dotnet build bench/tracking -c Release -v q --tl:off
exec dotnet "$(program Tracking.Bench Tracking.Bench.dll)" --gateway "$(program Gateway Progeny.Gateway.dll)" "$@"
