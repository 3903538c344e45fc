"""What projects that nobody uses cost a node, beside a node without any, and what a node logs while it stops; run by bench/idle/run.sh."""
import argparse
import json
import pathlib
import re
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "serving"))

import loads  # noqa: E402
import scale  # noqa: E402
from peers import Server, run_main  # noqa: E402

NUMBERS = loads.MODELS[loads.TREES]
SLOW = "slow"
LOUD = re.compile(r"^(warn|fail|crit): ", re.MULTILINE)


def arguments():
    parser = argparse.ArgumentParser(prog="bench/idle/run.sh")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--progeny", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--projects", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=20, help="how long processor time is counted at once")
    parser.add_argument("--rounds", type=int, default=3, help="how often it is counted")
    parser.add_argument("--wait", type=float, default=90, help="the seconds from a start or the last release until counting begins")
    return parser.parse_args()


def memory_mb(server):
    """The resident memory of the node, of which files that are mapped are no part."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) / 1024


def wait_until_up(server, seconds=180):
    """Waits for a node. The page at its root lists all projects, which would wake them."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        server.check_alive()
        try:
            urllib.request.urlopen(f"{server.address}/api/about", timeout=10).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{server.name} did not start:\n{server.last_words()}")


def slow_training(name):
    """A project whose training never ends by itself, which must not keep a node from stopping."""
    return loads.manifest(
        name, NUMBERS, "fast", {"command": ["sleep", "600"]},
        source={"file": "data.csv", "query": f"SELECT {', '.join(feature['name'] for feature in NUMBERS)}, late, \"at\" FROM data", "ordinal": "at"})


def small_model(options, server):
    node = loads.Node(server.address, ["dotnet", options.progeny])
    columns = ", ".join([*(feature["name"] for feature in NUMBERS), "late", '"at"'])
    node.release(
        loads.manifest(
            "trained", NUMBERS, "none", {"trainer": "xgboost", "parameters": {"rounds": 5, "max_depth": 3}},
            source={"file": "data.csv", "query": f"SELECT {columns} FROM data", "ordinal": "at"}),
        {"data.csv": loads.training_data(NUMBERS, 300).encode()})
    return node.model("trained")


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-bench-"))
    servers, results = [], []

    def start(name):
        number = len(servers)
        server = Server(
            name, lambda self: ["dotnet", options.gateway, "--urls", self.address, "--Data", str(folder / name)], folder / f"{name}-{number}.log")
        servers.append(server)
        wait_until_up(server)
        return server

    def compare(step, empty, full):
        time.sleep(options.wait)
        for server in (empty, full):
            server.settle()
        shares = {0: [], options.projects: []}
        for _ in range(options.rounds):
            before = empty.cpu_seconds(), full.cpu_seconds(), time.monotonic()
            time.sleep(options.seconds)
            took = time.monotonic() - before[2]
            shares[0].append(100 * (empty.cpu_seconds() - before[0]) / took)
            shares[options.projects].append(100 * (full.cpu_seconds() - before[1]) / took)
        for number, server in ((0, empty), (options.projects, full)):
            results.append(f"result idle.{number}.{step}.cpu_percent {statistics.median(shares[number]):.2f}")
            results.append(f"result idle.{number}.{step}.rss_mb {memory_mb(server):.0f}")
        print(*results[-4:], sep="\n", flush=True)

    def stop(number, step, server):
        logged = len(server.log.read_text(errors="replace"))
        began = time.monotonic()
        server.stop()
        took = time.monotonic() - began
        loud = LOUD.findall(server.log.read_text(errors="replace")[logged:])
        results.append(f"result idle.{number}.{step}.stop_seconds {took:.2f}")
        results.append(f"result idle.{number}.{step}.stop_warnings {len(loud)}")
        print(*results[-2:], sep="\n", flush=True)
        if loud:
            print(server.log.read_text(errors="replace")[logged:][:4000], file=sys.stderr)

    try:
        empty, full = start("empty"), start("full")
        model = small_model(options, full)
        api = scale.Api(full)
        for number in range(options.projects):
            api.release(f"idle-{number}", model, "fast")
        compare("released", empty, full)
        stop(0, "released", empty)
        stop(options.projects, "released", full)

        empty, full = start("empty"), start("full")
        compare("restarted", empty, full)
        stop(0, "restarted", empty)

        # Once more with work under way: a training, and queries until the end.
        api = scale.Api(full)
        api.send("POST", f"/api/projects/{SLOW}/releases", scale.package({
            "data.csv": loads.training_data(NUMBERS, 300).encode(), "progeny.yaml": json.dumps(slow_training(SLOW)).encode()}), "application/zip")
        job = api.send("POST", f"/api/projects/{SLOW}/jobs", b'{"kind": "train"}')
        while job["status"] == "queued":
            time.sleep(0.1)
            job = api.send("GET", f"/api/jobs/{job['id']}")
        body = loads.request_body("one-row", 0)
        for number in range(min(options.projects, 100)):
            api.send("POST", f"/api/projects/idle-{number}/predict", body)
        stop(options.projects, "busy", full)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    run_main(main)
