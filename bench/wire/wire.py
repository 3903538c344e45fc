"""What TLS costs a prediction, and what a caller who floods one project does to the latency of another; run by bench/wire/run.sh."""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "serving"))

import loads  # noqa: E402
from peers import Server, free_port, run_main  # noqa: E402

NUMBERS = loads.MODELS[loads.TREES]
FLOODED, CALM = "flooded", "calm"
CONNECTIONS = 64
ASKED_PER_SECOND, THREADS = 200, 8


def arguments():
    parser = argparse.ArgumentParser(prog="bench/wire/run.sh")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--progeny", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="how long one measurement takes")
    parser.add_argument("--only", choices=("tls", "flood"))
    return parser.parse_args()


def start(options, folder):
    """A node that asks who callers are, at an address with http and at one with https; of the key `free` nothing is limited."""
    certificates = folder / "certificates"
    subprocess.run([HERE.parent.parent / "scripts" / "certificates.sh", certificates, "node"], check=True)
    secure = free_port()
    server = Server(
        "the node",
        lambda peer: [
            "dotnet", options.gateway, "--urls", f"{peer.address};https://127.0.0.1:{secure}", "--Data", str(folder / "data"),
            "--Security:Enabled", "true", "--Security:AdminKeyFile", str(folder / "admin.key"),
            "--Security:Tls:Certificate", str(certificates / "node.pem"), "--Security:Tls:Key", str(certificates / "node.key"),
            "--Security:RateLimits:Callers:key:free:RequestsPerSecond", "0", "--Security:RateLimits:Callers:key:free:RowsPerSecond", "0"],
        folder / "node.log")
    server.wait_until_up()
    return server, f"https://127.0.0.1:{secure}"


def make_projects(options, folder):
    """Trains both projects on a node that asks nobody who they are; the other one finds them in its data folder."""
    server = Server("the node", lambda peer: ["dotnet", options.gateway, "--urls", peer.address, "--Data", str(folder / "data")], folder / "training.log")
    try:
        server.wait_until_up()
        node = loads.Node(server.address, ["dotnet", options.progeny])
        columns = ", ".join([*(feature["name"] for feature in NUMBERS), "late", '"at"'])
        for project in (FLOODED, CALM):
            node.release(
                loads.manifest(
                    project, NUMBERS, "fast", {"trainer": "xgboost", "parameters": loads.PARAMETERS},
                    source={"file": "data.csv", "query": f"SELECT {columns} FROM data", "ordinal": "at"}),
                {"data.csv": loads.training_data(NUMBERS).encode()})
    finally:
        server.stop()


def make_key(server, admin, name):
    request = urllib.request.Request(
        f"{server.address}/api/keys", json.dumps({"name": name, "allow": ["predictor"]}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {admin}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["secret"]


def wrk(url, key, body, seconds):
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "10s", "--script", str(HERE.parent / "serving" / "load.lua")]
    output = subprocess.run([*command, url], env={**os.environ, "BODY": str(body), "KEY": key}, check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


class Bystander:
    """Asks one project so many times a second, whatever the answers take; what it measures begins when a request was due."""

    def __init__(self, port, key, body, seconds):
        self.latencies, self.failures = [], 0
        begin = time.monotonic() + 0.1
        self.threads = [threading.Thread(target=self.run, args=(port, key, body, begin + number / ASKED_PER_SECOND, begin + seconds)) for number in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def run(self, port, key, body, due, until):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        while due < until:
            time.sleep(max(0, due - time.monotonic()))
            connection.request("POST", f"/api/projects/{CALM}/predict", body, headers)
            response = connection.getresponse()
            response.read()
            if response.status == 200:
                self.latencies.append((time.monotonic() - due) * 1e3)
            else:
                self.failures += 1
            due += THREADS / ASKED_PER_SECOND
        connection.close()

    def result(self):
        for thread in self.threads:
            thread.join()
        ordered = sorted(self.latencies)
        return {"p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)], "answered": len(ordered), "failed": self.failures}


def measure_tls(server, secure, key, body, options):
    ratios, rates = [], {"http": [], "https": []}
    addresses = {"http": server.address, "https": secure}
    for address in addresses.values():
        wrk(f"{address}/api/projects/{CALM}/predict", key, body, 2)
    for number in range(options.rounds):
        order = list(addresses) if number % 2 == 0 else list(addresses)[::-1]
        for name in order:
            server.settle()
            run = wrk(f"{addresses[name]}/api/projects/{CALM}/predict", key, body, options.seconds)
            if run["refused"] or run["broken"]:
                raise RuntimeError(f"{name}: {run}")
            rates[name].append(run["requests"] / run["duration"] * 1e6)
        ratios.append(rates["https"][-1] / rates["http"][-1])
        print(f"round {number + 1}: http {rates['http'][-1]:.0f}/s, https {rates['https'][-1]:.0f}/s, ratio {ratios[-1]:.3f}", flush=True)
    print(f"https beside http: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
    print(f"result one-row-{CONNECTIONS}.https-vs-http {statistics.median(ratios):.3f}")


def measure_flood(server, keys, body, options):
    """Rounds of the calm project alone, beside a flood within limits, and beside one without."""
    results = {"alone": [], "flood": [], "flood-unlimited": []}
    payload = pathlib.Path(body).read_bytes()
    Bystander(server.port, keys["calm"], payload, 2).result()
    for number in range(options.rounds):
        for name, key in (("alone", None), ("flood", keys["flood"]), ("flood-unlimited", keys["free"])):
            server.settle()
            flood = key and threading.Thread(target=lambda: results.setdefault(f"{name}.wrk", []).append(
                wrk(f"{server.address}/api/projects/{FLOODED}/predict", key, body, options.seconds + 2)))
            if flood:
                flood.start()
                time.sleep(1)
            found = Bystander(server.port, keys["calm"], payload, options.seconds).result()
            if flood:
                flood.join()
                run = results[f"{name}.wrk"][-1]
                found["flood"] = f"{(run['requests'] - run['refused']) / run['duration'] * 1e6:.0f}/s answered, {run['refused'] / run['duration'] * 1e6:.0f}/s refused"
            results[name].append(found)
            print(f"round {number + 1}, {name}: p50 {found['p50']:.2f} ms, p99 {found['p99']:.2f} ms, failed {found['failed']} {found.get('flood', '')}", flush=True)
    alone = [each["p99"] for each in results["alone"]]
    for name in ("flood", "flood-unlimited"):
        ratios = [each["p99"] / base for each, base in zip(results[name], alone)]
        print(f"p99 of the other project, {name} beside alone: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
        print(f"result {name}.p99-vs-alone {statistics.median(ratios):.2f}")


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_projects(options, folder)
        server, secure = start(options, folder)
        try:
            admin = (folder / "admin.key").read_text().strip()
            body = folder / "body.json"
            body.write_bytes(loads.request_body("one-row", 1))
            keys = {each: make_key(server, admin, each) for each in ("flood", "free", "calm")}
            if options.only != "flood":
                measure_tls(server, secure, keys["free"], body, options)
            if options.only != "tls":
                measure_flood(server, keys, body, options)
        finally:
            server.stop()


run_main(main)
