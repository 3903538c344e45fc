"""What it costs that callers prove who they are with a key; run by bench/run.sh --only auth, which brings what this needs."""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

import loads
from measure import machine, wrk
from peers import Server, run_main

LOAD = "one-row"
MODEL = loads.LOADS[LOAD][0]
LOG = "none"
PROJECT = loads.project_name(MODEL, LOG)
KINDS = ("open", "key")
WARM_UPS = 6


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh --only auth")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--progeny", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--rounds", type=int, help="how often each is measured (default 15, quick 5)")
    parser.add_argument("--seconds", type=int, help="how long one measurement takes (default 4, quick 2)")
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    options.rounds = options.rounds or (5 if options.quick else 15)
    options.seconds = options.seconds or (2 if options.quick else 4)
    return options


def node(options, folder, name, data, *settings):
    return Server(name, lambda server: ["dotnet", options.gateway, "--urls", server.address, "--Data", str(data), *settings], folder / f"{name}.log")


def make_project(options, folder):
    """A data folder with the project, made through a node that asks nobody who they are."""
    data = folder / "data"
    server = node(options, folder, "making", data)
    try:
        server.wait_until_up()
        features = loads.MODELS[MODEL]
        columns = ", ".join([*(feature["name"] for feature in features), "late", '"at"'])
        loads.Node(server.address, ["dotnet", os.path.abspath(options.progeny)]).release(
            loads.manifest(
                PROJECT, features, LOG, {"trainer": "xgboost", "parameters": loads.PARAMETERS},
                source={"file": "data.csv", "query": f"SELECT {columns} FROM data", "ordinal": "at"}),
            {"data.csv": loads.training_data(features).encode()})
    finally:
        server.stop()
    return data


def run(server, body, options, seconds):
    server.settle()
    cpu = server.cpu_seconds()
    result = wrk(f"{server.address}/api/projects/{PROJECT}/predict", body, options.connections, seconds)
    cpu = server.cpu_seconds() - cpu
    server.check_alive()
    if result["refused"] or result["broken"]:
        raise RuntimeError(f"{server.name}: {result['refused']} answers with an error, {result['broken']} broken connections")
    return {"rate": result["requests"] / (result["duration"] / 1e6), "cpu": cpu * 1e6 / max(1, result["requests"]), "p99": result["p99"] / 1e3}


def main():
    options = arguments()
    header = f"{time.strftime('%Y-%m-%d')}, {machine()}; {options.rounds} rounds of {options.seconds} s, {options.connections} connections"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-bench-"))
    servers = {}
    try:
        data = make_project(options, folder)
        key = folder / "admin.key"
        # Limits that are counted and never reached.
        limits = ("--Security:RateLimits:RequestsPerSecond", "1000000", "--Security:RateLimits:RowsPerSecond", "1000000000")
        settings = {"open": (), "key": ("--Security:Enabled", "true", "--Security:AdminKeyFile", str(key), *limits)}
        for kind in KINDS:
            shutil.copytree(data, folder / kind)
            servers[kind] = node(options, folder, kind, folder / kind, *settings[kind])
        for server in servers.values():
            server.wait_until_up()
        # wrk sends it to both: a node that asks nobody passes over it.
        os.environ["KEY"] = key.read_text().strip()
        body = folder / "body.json"
        body.write_bytes(loads.request_body(LOAD, 0))
        # Long enough for all code to be compiled at its best, on a crowded machine as well.
        for _ in range(WARM_UPS):
            for server in servers.values():
                run(server, body, options, options.seconds)
        runs = {kind: [] for kind in KINDS}
        for turn in range(options.rounds):
            for kind in KINDS[::1 if turn % 2 == 0 else -1]:
                runs[kind].append(run(servers[kind], body, options, options.seconds))
            print(f"Round {turn + 1} of {options.rounds} done, load {os.getloadavg()[0]:.1f}.", file=sys.stderr)
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{header}.\n")
    print("| callers | requests/s | CPU of the node, µs a request | p99, ms |\n| --- | --- | --- | --- |")
    for kind, name in zip(KINDS, ("nobody is asked", "a key in the header")):
        middle = {figure: statistics.median(one[figure] for one in runs[kind]) for figure in ("rate", "cpu", "p99")}
        print(f"| {name} | {middle['rate']:,.0f} | {middle['cpu']:.2f} | {middle['p99']:.2f} |")
    ratios = {figure: statistics.median(key[figure] / free[figure] for free, key in zip(runs["open"], runs["key"])) for figure in ("rate", "cpu")}
    print(f"\nWith a key: {ratios['rate']:.3f} times the requests, {ratios['cpu']:.3f} times the CPU of a request (medians of the rounds' ratios).")
    print(f"result auth-{LOAD}-{options.connections} {json.dumps({name: round(value, 4) for name, value in ratios.items()})}")


if __name__ == "__main__":
    run_main(main)
