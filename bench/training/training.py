"""The latency of queries while their node trains, beside the same while it does not; run by bench/training/run.sh."""
import argparse
import asyncio
import json
import pathlib
import shutil
import statistics
import sys
import tempfile
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "serving"))

import loads  # noqa: E402
import scale  # noqa: E402
from peers import Server, run_main  # noqa: E402

SERVED, TRAINED = "served", "trained"
NUMBERS = loads.MODELS[loads.TREES]
CONNECTIONS = 16


def arguments():
    parser = argparse.ArgumentParser(prog="bench/training/run.sh")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--progeny", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=200_000, help="how many rows are trained on")
    parser.add_argument("--rate", type=float, default=200, help="queries a second")
    parser.add_argument("--seconds", type=float, default=20, help="how long one measurement takes")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured, by turns")
    return parser.parse_args()


async def latencies(port, body, rate, seconds):
    """Asks at fixed times, whether the answers before have come or not, and returns in milliseconds how long after its time each had its answer."""
    head = f"POST /api/projects/{SERVED}/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    request = head.encode() + body
    free = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    taken, tasks = [], []

    async def ask(due):
        reader, writer = await free.get()
        writer.write(request)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        if " 200 " not in answer.partition("\r\n")[0]:
            raise RuntimeError(answer)
        fields = dict(line.lower().split(": ", 1) for line in answer.split("\r\n")[1:] if line)
        if "content-length" in fields:
            await reader.readexactly(int(fields["content-length"]))
        else:
            while (size := int(await reader.readuntil(b"\r\n"), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        taken.append((time.monotonic() - due) * 1000)
        free.put_nowait((reader, writer))

    began = time.monotonic()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0, due - time.monotonic()))
        tasks.append(asyncio.create_task(ask(due)))
    await asyncio.gather(*tasks)
    while not free.empty():
        free.get_nowait()[1].close()
    return taken


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


class Trainer(threading.Thread):
    """Trains one generation after another until it is stopped."""

    def __init__(self, api):
        super().__init__(daemon=True)
        self.api, self.trained, self.done, self.error = api, 0, threading.Event(), None

    def run(self):
        try:
            while not self.done.is_set():
                job = self.api.send("POST", f"/api/projects/{TRAINED}/jobs", b'{"kind": "train"}')
                while job.get("ended_at") is None:
                    if self.done.wait(0.1):
                        self.api.send("POST", f"/api/jobs/{job['id']}/cancel", b"")
                    job = self.api.send("GET", f"/api/jobs/{job['id']}")
                if job["status"] == "failed":
                    raise RuntimeError(job["message"])
                self.trained += job["status"] == "succeeded"
        except RuntimeError as error:
            self.error = error

    def stop(self):
        self.done.set()
        self.join()
        if self.error:
            raise self.error


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-bench-"))
    server = None
    try:
        server = Server(
            "node", lambda self: ["dotnet", options.gateway, "--urls", self.address, "--Data", str(folder / "data")], folder / "node.log")
        server.wait_until_up()
        node, api = loads.Node(server.address, ["dotnet", options.progeny]), scale.Api(server)
        columns = ", ".join([*(feature["name"] for feature in NUMBERS), "late", '"at"'])
        source = {"file": "data.csv", "query": f"SELECT {columns} FROM data", "ordinal": "at"}
        trees = {"trainer": "xgboost", "parameters": {"rounds": 100, "max_depth": 6}}
        node.release(loads.manifest(SERVED, NUMBERS, "fast", trees, source=source), {"data.csv": loads.training_data(NUMBERS).encode()})
        api.send("POST", f"/api/projects/{TRAINED}/releases", scale.package({
            "data.csv": loads.training_data(NUMBERS, options.rows).encode(),
            "progeny.yaml": json.dumps(loads.manifest(TRAINED, NUMBERS, "fast", trees, source=source)).encode()}), "application/zip")
        body = loads.request_body("one-row", 0)
        asyncio.run(latencies(server.port, body, options.rate, 5))
        found = {"idle": [], "training": []}
        for turn in range(options.rounds):
            for step in ("idle", "training") if turn % 2 == 0 else ("training", "idle"):
                trainer = None
                if step == "training":
                    trainer = Trainer(api)
                    trainer.start()
                    time.sleep(1)
                taken = asyncio.run(latencies(server.port, body, options.rate, options.seconds))
                if trainer:
                    trainer.stop()
                    server.settle()
                found[step].append(taken)
                print(
                    f"{step}: p50 {quantile(taken, 0.5):.2f} ms, p99 {quantile(taken, 0.99):.2f} ms, most {max(taken):.1f} ms"
                    + (f", {trainer.trained} trainings ended" if trainer else ""), file=sys.stderr, flush=True)
        ratios = [quantile(busy, 0.99) / quantile(idle, 0.99) for idle, busy in zip(found["idle"], found["training"])]
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for step, runs in found.items():
        print(f"result training.{step}.p50_ms {statistics.median(quantile(run, 0.5) for run in runs):.2f}")
        print(f"result training.{step}.p99_ms {statistics.median(quantile(run, 0.99) for run in runs):.2f}")
    print(f"result training.p99-vs-idle {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    run_main(main)
