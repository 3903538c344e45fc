"""Reports a million outcomes to a node in one request, twice, and prints the rate and the node's memory.

Started by run.sh.

The project is that of 'progeny project init'; each outcome is of a query that was asked before. Prints 'result <name> <value>' a line.
"""
import argparse
import http.client
import json
import os
import random
import subprocess
import tempfile
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--gateway", required=True)
parser.add_argument("--progeny", required=True)
parser.add_argument("--lines", type=int, default=1_000_000)
options = parser.parse_args()


def resident(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


class Watch(threading.Thread):
    """The most memory that a process has, in MiB."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.most, self.done = process, 0, False

    def run(self):
        while not self.done:
            self.most = max(self.most, resident(self.process))
            time.sleep(0.05)


def call(port, method, path, body=None, kind="application/json"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request(method, path, body, {"Content-Type": kind})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status < 300, (answer.status, text)
    return json.loads(text)


with tempfile.TemporaryDirectory() as folder:
    node = subprocess.Popen(
        ["dotnet", options.gateway, "--urls", "http://127.0.0.1:0", "--Data", f"{folder}/data"], stdout=subprocess.PIPE, text=True)
    try:
        port = next(int(line.rsplit(":", 1)[1]) for line in node.stdout if "Now listening on" in line)
        threading.Thread(target=node.stdout.read, daemon=True).start()

        def progeny(*arguments):
            subprocess.run(
                ["dotnet", options.progeny, *arguments], check=True, stdout=subprocess.DEVNULL,
                env={**os.environ, "PROGENY_SERVER": f"http://127.0.0.1:{port}"})

        progeny("project", "init", "demo", "--path", f"{folder}/demo")
        progeny("project", "release", "--path", f"{folder}/demo")
        progeny("model", "train", "demo")
        if call(port, "GET", "/api/projects/demo").get("champion") is None:
            call(port, "POST", "/api/projects/demo/promotions", json.dumps({"version": "0.1.0:1", "reason": "the first"}))

        rows = [{"hour": i % 24, "distance": i % 97 + 0.5, "weight": 2, "vehicle": "car"} for i in range(10_000)]
        for first in range(0, options.lines, len(rows)):
            call(port, "POST", "/api/projects/demo/predict", json.dumps({"rows": rows[: options.lines - first], "query_id": f"b{first}"}))
        time.sleep(2)

        lines = [f'{{"query_id": "b{i - i % 10_000}:{i % 10_000}", "outcome": {i % 2}}}\n' for i in range(options.lines)]
        for name in ("ordered", "shuffled_again"):
            body = "".join(lines).encode()
            before = resident(node)
            watch = Watch(node)
            watch.start()
            started = time.perf_counter()
            receipt = call(port, "POST", "/api/projects/demo/outcomes", body, "application/x-ndjson")
            seconds = time.perf_counter() - started
            watch.done = True
            print(f"{name}: {len(lines)} lines of {len(body) >> 20} MiB in {seconds:.1f} s; {receipt}")
            print(f"result outcome_lines_per_second_{name} {len(lines) / seconds:.0f}")
            print(f"result outcome_lines_memory_mib_{name} {watch.most - before:.0f}")
            random.Random(1).shuffle(lines)
    finally:
        node.terminate()
        node.wait()
