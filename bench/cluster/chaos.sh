#!/usr/bin/env bash
# What a cluster does while parts of it die, hang or lose each other (see bench/README.md):
# bench/cluster/chaos.sh [--seed N] [--minutes M] [--nodes N] [--only PART...] [--quick] [--list]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/setup.sh

require_tools
require_packages libxgboost0 postgresql haproxy iproute2 libfaketime
build_programs
exec /usr/bin/python3 -B bench/cluster/chaos/chaos.py --gateway "$(program Gateway Progeny.Gateway.dll)" --silo "$(program Silo Progeny.Silo.dll)" "$@"
