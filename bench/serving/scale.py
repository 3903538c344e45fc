"""Whether a query costs the same however much is stored; run by bench/run.sh --only scale, which brings what this needs."""
import argparse
import concurrent.futures
import hashlib
import io
import json
import pathlib
import shutil
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

import loads
from measure import wrk
from peers import Server, run_main

PROJECT = "asked"
MODEL = loads.TREES
ROWS_AT_ONCE = 1_000
RELEASES_AT_ONCE = 4


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh --only scale")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--progeny", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="less of everything: 50 projects, 200 generations, 500,000 records")
    parser.add_argument("--rounds", type=int, help="how often each is measured (default 10, quick 4)")
    parser.add_argument("--seconds", type=int, help="how long one measurement takes (default 4, quick 2)")
    options = parser.parse_args()
    options.rounds = options.rounds or (4 if options.quick else 10)
    options.seconds = options.seconds or (2 if options.quick else 4)
    options.projects, options.generations, options.records = (50, 200, 500_000) if options.quick else (1_000, 10_000, 10_000_000)
    return options


def package(files):
    """The files as a package, as `progeny project release` sends it; they must be in order."""
    entries = [{"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for path, content in files.items()]
    lines = "".join(f"{entry['sha256']} {entry['bytes']} {entry['path']}\n" for entry in entries)
    total = {"files": len(files), "bytes": sum(entry["bytes"] for entry in entries), "sha256": hashlib.sha256(lines.encode()).hexdigest()}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path, content in {**files, "progeny.lock.json": json.dumps({"format": 1, "files": entries, "total": total}).encode()}.items():
            archive.writestr(path, content)
    return written.getvalue()


class Api:
    """A node's API, without the command: a thousand projects would mean thousands of processes."""

    def __init__(self, server):
        self.server = server

    def send(self, method, path, body=None, kind="application/json"):
        request = urllib.request.Request(self.server.address + path, body, {"Content-Type": kind}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()}") from error

    def release(self, name, model, log):
        manifest = json.dumps(loads.manifest(name, loads.MODELS[MODEL], log, {"model": "model.onnx"})).encode()
        self.send("POST", f"/api/projects/{name}/releases", package({"model.onnx": model, "progeny.yaml": manifest}), "application/zip")
        self.train(name)
        self.send("POST", f"/api/projects/{name}/promotions", json.dumps({"version": loads.VERSION}).encode())

    def train(self, name):
        """Makes a generation of the release's own model."""
        job = self.send("POST", f"/api/projects/{name}/jobs", b'{"kind": "train"}')
        while job.get("ended_at") is None:
            time.sleep(0.02)
            job = self.send("GET", f"/api/jobs/{job['id']}")
        if job["status"] != "succeeded":
            raise RuntimeError(job["message"])

    def fill_log(self, records, body, folder):
        """Asks until the log holds so many records."""
        rows = json.loads(body)["rows"] * ROWS_AT_ONCE
        path = folder / "many.json"
        path.write_text(json.dumps({"rows": rows}))
        while self.newest() < records:
            wrk(f"{self.server.address}/api/projects/{PROJECT}/predict", path, 2, 5)
            self.server.settle()

    def newest(self):
        return self.send("GET", f"/api/projects/{PROJECT}/queries?limit=1").get("before") or 0


def trained_model(options, server, folder):
    node = loads.Node(server.address, ["dotnet", options.progeny])
    features = loads.MODELS[MODEL]
    columns = ", ".join([*(feature["name"] for feature in features), "late", '"at"'])
    node.release(
        loads.manifest(
            "trained", features, "none", {"trainer": "xgboost", "parameters": {"rounds": 100, "max_depth": 6}},
            source={"file": "data.csv", "query": f"SELECT {columns} FROM data", "ordinal": "at"}),
        {"data.csv": loads.training_data(features).encode()})
    return node.model("trained")


def cost(server, body, seconds):
    """Microseconds of processor a request, what the log costs afterwards included."""
    server.settle()
    before = server.cpu_seconds()
    run = wrk(f"{server.address}/api/projects/{PROJECT}/predict", body, 64, seconds)
    server.settle()
    if run["refused"] or run["broken"]:
        raise RuntimeError(f"{server.name}: {run['refused']} answers with an error, {run['broken']} broken connections")
    return (server.cpu_seconds() - before) * 1e6 / run["requests"]


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-bench-"))
    servers = []

    def start(name):
        server = Server(name, lambda self: ["dotnet", options.gateway, "--urls", self.address, "--Data", str(folder / name)], folder / f"{name}.log")
        servers.append(server)
        server.wait_until_up()
        return server

    try:
        small, large = start("small"), start("large")
        model = trained_model(options, small, folder)
        body = folder / "one-row.json"
        body.write_bytes(loads.request_body("one-row", 0))
        for server in (small, large):
            Api(server).release(PROJECT, model, "fast")
        api = Api(large)

        def compare(name):
            """The median of ratios, each taken between neighbours in time."""
            for server in (small, large):
                cost(server, body, options.seconds)
            ratios = []
            for turn in range(options.rounds):
                order = (small, large) if turn % 2 else (large, small)
                costs = {server.name: cost(server, body, options.seconds) for server in order}
                ratios.append(costs["large"] / costs["small"])
            print(f"{name}: median {statistics.median(ratios):.3f}, least {min(ratios):.3f}, greatest {max(ratios):.3f}", file=sys.stderr)
            return f"result scale.{name}.cpu-vs-small {statistics.median(ratios):.3f}"

        results = [compare("equal")]
        # The model of each is checked in a process, which waits more than it computes.
        with concurrent.futures.ThreadPoolExecutor(RELEASES_AT_ONCE) as pool:
            for _ in pool.map(lambda number: api.release(f"other-{number}", model, "fast"), range(options.projects)):
                pass
        results.append(compare(f"{options.projects}-projects"))
        for _ in range(options.generations):
            api.train(PROJECT)
        results.append(compare(f"{options.generations}-generations"))
        api.fill_log(options.records, body.read_bytes(), folder)
        results.append(compare(f"{options.records}-records"))
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(*results, sep="\n")


if __name__ == "__main__":
    run_main(main)
