#!/usr/bin/env bash
# Measures Progeny beside a bare endpoint and fastify (see bench/README.md). Brings everything that it needs first.
# bench/run.sh [--quick] [--rounds N] [--seconds N] [--loads LOAD...] [--connections N...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh

require_tools
require_packages wrk libxgboost0 python3-numpy python3-onnx
build_solution

# The peer on Node, outside the sources. Its packages bring scripts that would download more; they are not run.
fastify=artifacts/bench/fastify
if ! cmp -s bench/serving/fastify/package-lock.json "$fastify/installed.json"; then
    say "Bringing fastify and onnxruntime-node (npm) ..."
    mkdir -p "$fastify"
    cp bench/serving/fastify/package*.json "$fastify/"
    (cd "$fastify" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --silent </dev/null) ||
        { fail "'npm ci' failed: npm's registry must be reachable for the first run."; exit 1; }
    cp "$fastify/package-lock.json" "$fastify/installed.json"
fi
cp bench/serving/fastify/server.js "$fastify/"

exec /usr/bin/python3 -B bench/serving/measure.py \
    --gateway "$(program Gateway Progeny.Gateway.dll)" --progeny "$(program Cli progeny.dll)" \
    --floor "$(program Floor Progeny.Floor.dll)" --fastify "$fastify/server.js" "$@"
