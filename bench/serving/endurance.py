"""Whether a node's memory stays flat under load; run by bench/run.sh --only endurance, which brings what this needs."""
import argparse
import pathlib
import shutil
import statistics
import sys
import tempfile
import threading
import time

import loads
from measure import wrk
from peers import Server, run_main
from scale import Api, PROJECT, trained_model


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh --only endurance")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--progeny", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="20 seconds in place of ten minutes")
    parser.add_argument("--seconds", type=int)
    options = parser.parse_args()
    options.seconds = options.seconds or (20 if options.quick else 600)
    return options


def resident_bytes(server):
    total = 0
    for process in server.processes():
        try:
            status = (process / "status").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))
    return total


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-bench-"))
    server = Server("node", lambda self: ["dotnet", options.gateway, "--urls", self.address, "--Data", str(folder / "data")], folder / "node.log")
    try:
        server.wait_until_up()
        Api(server).release(PROJECT, trained_model(options, server, folder), "fast")
        body = folder / "one-row.json"
        body.write_bytes(loads.request_body("one-row", 0))
        memory = []
        ended = threading.Event()

        def watch():
            while not ended.wait(options.seconds / 100):
                memory.append(resident_bytes(server))

        watcher = threading.Thread(target=watch)
        watcher.start()
        started = time.monotonic()
        run = wrk(f"{server.address}/api/projects/{PROJECT}/predict", body, 64, options.seconds)
        ended.set()
        watcher.join()
        if run["refused"] or run["broken"]:
            raise RuntimeError(f"{run['refused']} answers with an error, {run['broken']} broken connections")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    # The first fifth is warming up: code is compiled, buffers and the collector find their size.
    fifth = len(memory) // 5
    early, late = statistics.median(memory[fifth:2 * fifth]), statistics.median(memory[-fifth:])
    print(f"{run['requests']:,} requests in {time.monotonic() - started:.0f} s; resident memory {early / 2**20:.0f} MiB in the second fifth, {late / 2**20:.0f} MiB in the last.", file=sys.stderr)
    print(f"result endurance.requests {run['requests']}")
    print(f"result endurance.resident-mebibytes {late / 2**20:.0f}")
    print(f"result endurance.last-fifth-vs-second {late / early:.3f}")


if __name__ == "__main__":
    run_main(main)
