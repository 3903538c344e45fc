"""Measures Progeny beside other servers; run by bench/run.sh, which brings what this needs."""
import argparse
import json
import os
import pathlib
import platform
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import loads
import report
from peers import TICK, Peer, Server, run_main

HERE = pathlib.Path(__file__).parent
OTHERS = ("bare", "floor", "fastify", "fastapi")
PEERS = (*OTHERS, *loads.LOG_MODES)


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--progeny", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--floor", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--fastify", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--fastapi", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="a small version in under three minutes")
    parser.add_argument("--rounds", type=int, help="how often all is measured (default 5, quick 2)")
    parser.add_argument("--seconds", type=int, help="how long one measurement takes (default 5, quick 1)")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--loads", nargs="+", choices=loads.LOADS, default=list(loads.LOADS))
    parser.add_argument("--connections", nargs="+", type=int, help="default 1 8 64; quick: 64, and 1 for one row")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.seconds = options.seconds or (1 if options.quick else 5)
    return options


def cells_of(options):
    """The loads and numbers of connections to measure."""
    if options.quick and not options.connections:
        return [(load, count) for load in options.loads for count in ((1, 64) if load == "one-row" else (64,))]
    return [(load, count) for load in options.loads for count in options.connections or (1, 8, 64)]


def wrk(url, body, connections, seconds):
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "10s"]
    output = subprocess.run(
        [*command, "--script", str(HERE / "load.lua"), url], env={**os.environ, "BODY": str(body)}, check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


def busy_seconds():
    """The time that the machine's processors have spent on anything so far."""
    with open("/proc/stat") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, stat.readline().split()[1:])
    return (user + nice + system + irq + softirq) * TICK


def children_seconds():
    """The processor time of wrk so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(peer, load, body, connections, seconds, node):
    """One run against one peer; the time that its server spends afterwards on what it put off counts too."""
    model, rows = loads.LOADS[load]
    logs = peer.name in ("fast", "durable")
    records = node.newest_record() if logs else 0
    peer.server.settle()
    cpu, busy, own = peer.server.cpu_seconds(), busy_seconds(), children_seconds()
    run = wrk(peer.url(model), body, connections, seconds)
    ours = peer.server.cpu_seconds() - cpu + children_seconds() - own
    others = (busy_seconds() - busy - ours) / (run["duration"] / 1e6 * os.cpu_count())
    peer.server.settle()
    cpu = peer.server.cpu_seconds() - cpu
    peer.server.check_alive()
    if run["refused"] or run["broken"]:
        print(f"{load}-{connections} {peer.name}: {run['refused']} answers with an error, {run['broken']} broken connections", file=sys.stderr)
    answered = run["requests"] - run["refused"]
    return {
        "rate": answered / (run["duration"] / 1e6),
        "p50": run["p50"] / 1e3,
        "p99": run["p99"] / 1e3,
        "cpu": cpu * 1e6 / max(1, run["requests"]),
        "others": max(0, others),
        # wrk does not count what is under way when it stops; the log does.
        "logged": min(1, (node.newest_record() - records) / max(1, answered * rows)) if logs else None,
    }


def check_same_answers(peers, names, requests=20):
    """
    All peers that run the same model must give the same labels and, as 32-bit floats, the same probabilities to the last bit. The trees of
    fastapi are its own, of the same number, depth and rows; its answers must have the same rows and classes.
    """
    for load in names:
        model, _ = loads.LOADS[load]
        for seed in range(requests):
            body = loads.request_body(load, seed)
            answers = {peer.name: numbers(peer.ask(model, body)) for peer in peers if peer.name != "bare" and peer.has(model)}
            first, *others = answers
            for name in others:
                compare = classes if "fastapi" in (first, name) else list
                if compare(answers[name]) != compare(answers[first]):
                    raise RuntimeError(f"{name} answers otherwise than {first} to {body.decode()}: {answers[name]} instead of {answers[first]}")


def numbers(answer):
    return [
        (prediction["label"], [(name, struct.pack("f", score)) for name, score in prediction["probabilities"].items()])
        for prediction in json.loads(answer)["predictions"]]


def classes(predictions):
    return [[name for name, _ in probabilities] for _, probabilities in predictions]


def start(options, folder):
    """Starts the node, makes the projects, and starts the other peers on their models. Yields what to stop along the way."""
    progeny = Server(
        "progeny", lambda server: ["dotnet", options.gateway, "--urls", server.address, "--Data", str(folder / "data")], folder / "progeny.log")
    yield progeny
    progeny.wait_until_up()
    models = folder / "models.json"
    models.write_text(json.dumps(loads.make_projects(node_of(options, progeny), folder)))
    commands = {
        "bare": lambda server: ["dotnet", options.floor, "--urls", server.address, "--models", str(models), "--bare", "true"],
        "floor": lambda server: ["dotnet", options.floor, "--urls", server.address, "--models", str(models)],
        "fastify": lambda server: ["node", options.fastify, str(server.port), str(models)],
        "fastapi": lambda server: [
            "/usr/bin/python3", "-m", "uvicorn", "app:app", "--app-dir", options.fastapi, "--port", str(server.port),
            "--workers", str(os.cpu_count()), "--log-level", "warning"],
    }
    for name in OTHERS:
        if name in options.peers:
            yield Server(name, commands[name], folder / f"{name}.log", {"MODELS": str(models)} if name == "fastapi" else {})


def node_of(options, server):
    return loads.Node(server.address, ["dotnet", os.path.abspath(options.progeny)])


def compare(options, servers, folder):
    for server in servers.values():
        server.wait_until_up()
    node = node_of(options, servers["progeny"])
    peers = [
        Peer(name, servers[name], lambda model: f"/{model}", (loads.TREES,) if name == "fastapi" else loads.MODELS)
        for name in OTHERS if name in options.peers]
    for log in loads.LOG_MODES:
        if log in options.peers:
            peers.append(Peer(log, servers["progeny"], lambda model, log=log: f"/api/projects/{loads.project_name(model, log)}/predict", loads.MODELS))
    print("Checking that all peers answer the same numbers ...", file=sys.stderr)
    check_same_answers(peers, options.loads)

    bodies = {}
    for load in options.loads:
        bodies[load] = folder / f"{load}.json"
        bodies[load].write_bytes(loads.request_body(load, 0))
    print("Warming up ...", file=sys.stderr)
    for load in options.loads:
        for peer in peers_of(load, peers):
            wrk(peer.url(loads.LOADS[load][0]), bodies[load], 64, 1 if options.quick else 4)

    cells = {(load, connections): {peer.name: [] for peer in peers_of(load, peers)} for load, connections in cells_of(options)}
    started = time.monotonic()
    for turn in range(options.rounds):
        for load, connections in cells:
            # Each round begins with another peer, so that none always runs after the same one.
            able = peers_of(load, peers)
            for peer in able[turn % len(able):] + able[:turn % len(able)]:
                cells[load, connections][peer.name].append(measure(peer, load, bodies[load], connections, options.seconds, node))
        print(f"Round {turn + 1} of {options.rounds} done after {time.monotonic() - started:.0f} s.", file=sys.stderr)
    return cells


def peers_of(load, peers):
    """Those that can serve the model of a load."""
    return [peer for peer in peers if peer.has(loads.LOADS[load][0])]


def machine():
    cpu = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, load {os.getloadavg()[0]:.1f} at the start"


def main():
    options = arguments()
    header = f"{time.strftime('%Y-%m-%d')}, {machine()}; {options.rounds} rounds of {options.seconds} s"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-bench-"))
    servers = {}
    try:
        for server in start(options, folder):
            servers[server.name] = server
        about = node_of(options, servers["progeny"]).about()
        cells = compare(options, servers, folder)
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{header}; Orleans: {about['orleans']}; ONNX Runtime: {about['onnx_runtime']}.", report.crowd(cells), "", *report.table(cells), "", *report.ratio_table(cells), "", sep="\n")
    print(*report.result_lines(cells), sep="\n")


if __name__ == "__main__":
    run_main(main)
