#!/usr/bin/env bash
# Measures Progeny beside other servers (see bench/README.md). Brings everything that it needs first.
# bench/run.sh [--quick] [--only serving|agent|scale|endurance|auth] [--rounds N] [--seconds N] [--loads LOAD...] [--connections N...] [--peers PEER...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/setup.sh
# The peers use ONNX Runtime without its telemetry, as a node does.
export ORT_DISABLE_TELEMETRY=1

require_tools
require_packages wrk libxgboost0 python3-numpy python3-onnx python3-fastapi python3-uvicorn python3-uvloop python3-httptools python3-xgboost python3-sklearn
build_all

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

only=
quick=
rest=()
while [ $# -gt 0 ]; do
    case $1 in
        --only) only=${2:?--only needs one of serving, agent, scale, endurance, auth}; shift 2 ;;
        --quick) quick=1; rest+=("$1"); shift ;;
        *) rest+=("$1"); shift ;;
    esac
done
# A small run is the comparison alone, unless something else is asked for.
[ -n "$only" ] || { [ -n "$quick" ] && only=serving; }

node=(--gateway "$(program Gateway Progeny.Gateway.dll)" --progeny "$(program Cli progeny.dll)")
measure() { /usr/bin/python3 -B "bench/serving/$1.py" "${node[@]}" "${@:2}"; }
serving() { measure measure --floor "$(program Floor Progeny.Floor.dll)" --fastify "$fastify/server.js" --fastapi bench/serving/fastapi "$@"; }
agent() { dotnet "$(program Agent.Bench Progeny.Agent.Bench.dll)" | grep -E '^(\||result )'; }
scale() { measure scale "$@"; }
auth() { measure auth "$@"; }
endurance() { measure endurance "$@"; }
case $only in
    '') serving "${rest[@]}"; agent; scale; endurance ;;
    serving | scale | endurance | auth) "$only" "${rest[@]}" ;;
    agent) agent ;;
    *) fail "--only $only: one of serving, agent, scale, endurance, auth is right."; exit 1 ;;
esac
