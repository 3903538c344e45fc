"""Hostile inputs against a node that serves another project at the same time; run by bench/hostile/run.sh."""
import argparse
import math
import pathlib
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback

import bystander
import packages
from node import Node
from places import Places
from trial import ENTRIES, MemoryWatch, Skipped, Trial, run_limited

import entries  # noqa: F401 (registers them)

REST_SECONDS = 1.5
SETTLE_SECONDS = 10
# A p99 at rest below three times this is one, however quick it was before.
LEAST_REST_MS = 5
ENTRY_SECONDS = 90
MOST_RATIO = 5
MOST_MEMORY_MB = 1024


def arguments():
    parser = argparse.ArgumentParser(prog="bench/hostile/run.sh")
    parser.add_argument("--gateway", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="+", metavar="ENTRY", help="these entries, e.g. 1.4 2.6; 'n' stands for all that begin with 'n.'")
    parser.add_argument("--seed", type=int, default=1, help="the seed of what is drawn")
    parser.add_argument("--quick", action="store_true", help="less of what comes in numbers")
    parser.add_argument("--list", action="store_true", help="name the entries, and run nothing")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the node's log and data")
    options = parser.parse_args()
    options.entries = [
        each for each in ENTRIES if not options.only or any(each.name == name or each.name.startswith(name + ".") for name in options.only)
    ]
    if not options.entries:
        parser.error("no such entry; --list names them")
    return options


class Bench:
    """Runs entries one after another on one node. One whose project may still do harm gets the next a fresh data folder."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.places = Places(folder)
        self.node = Node(options.gateway, folder, self.places.settings)
        self.load = None
        self.least = LEAST_REST_MS
        self.verdicts = []

    def prepare(self):
        """A node with the bystander in service, kept as a template."""
        self.fresh = self.folder / "fresh"
        features = [{"name": name, "type": "float"} for name in bystander.ROW]
        if not self.node.start():
            raise RuntimeError(f"The node did not start:\n{self.node.log_text()[-4000:]}")
        problem = packages.serve(self.node, packages.manifest(bystander.PROJECT, features, serving={"log": "fast"}))
        if problem:
            raise RuntimeError(f"The bystander could not be served: {problem}")
        self.node.stop()
        shutil.copytree(self.node.data, self.fresh)

    def begin(self, fresh):
        """Starts the node and the load, and waits until the load is at rest: about as quick as it was before. Returns its p99 then, or None
        where the node does not come up."""
        if fresh:
            shutil.rmtree(self.node.data)
            shutil.copytree(self.fresh, self.node.data)
        if not self.node.start():
            return None
        self.load = bystander.Bystander(self.node.port, self.folder / "latencies")
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            time.sleep(REST_SECONDS)
            now = time.monotonic()
            rest = bystander.p99(self.load.latencies(now - REST_SECONDS, now - 0.01))
            if rest < 3 * self.least or now > until:
                self.least = min(self.least, rest)
                return rest

    def end(self):
        """Stops load and node. Returns the seconds that the node took, or None where it had to be killed."""
        if self.load:
            self.load.stop()
            self.load = None
        return self.node.stop() if self.node.process else 0

    def answers(self):
        """What of a living node is missing now, or None."""
        if not self.node.runs():
            return f"the node ended (exit code {self.node.process.returncode})"
        if not self.node.ready():
            return "the health check is not answered with ready within 5 s"
        answer = self.node.predict(bystander.PROJECT, bystander.ROW, timeout=5)
        return None if answer.status == 200 else f"the bystander is answered {answer}"

    def survives(self, entry):
        """Whether the node answers, ends when asked and comes back, as often as the entry wants. Returns what it does not,
        and the p99 at rest."""
        problem, rest = self.answers(), None
        for turn in range(entry.restarts):
            if self.end() is None:
                problem = problem or "SIGTERM did not end it in time"
            rest = self.begin(fresh=False)
            if rest is None:
                return problem or "it does not start again", None
            time.sleep(max(0, entry.watch - REST_SECONDS))
            missing = self.answers()
            problem = problem or (missing and f"after restart {turn + 1}: {missing}")
        return problem, rest

    def run(self, entry, rest):
        """Runs an entry. Returns the p99 at rest on the node as it is afterwards."""
        print(f"{entry.name}: {entry.title} (p99 at rest {rest:.1f} ms)", file=sys.stderr, flush=True)
        if not math.isfinite(rest):
            raise RuntimeError(f"The bystander is not answered before {entry.name} begins:\n{self.node.log_text()[-4000:]}")
        trial = Trial(self.node, self.places, self.options.quick, random.Random(f"{self.options.seed} {entry.name}"))
        missing = [need for need in entry.needs if not getattr(self.places, need)]
        if missing:
            print(f"skipped hostile.{entry.name}: {', '.join(missing)} is missing", flush=True)
            return rest
        memory = MemoryWatch(self.node)
        memory.start()
        began = time.monotonic()
        try:
            trial.expect(f"an end within {ENTRY_SECONDS} s", run_limited(entry.run, trial, ENTRY_SECONDS), "none")
        except Skipped as reason:
            memory.stop()
            print(f"skipped hostile.{entry.name}: {reason}", flush=True)
            return rest
        except Exception as error:
            traceback.print_exc()
            trial.expect("that the entry could be run", False, repr(error))
        ended = max(time.monotonic(), began + entry.deadline)
        time.sleep(max(0, ended + 0.5 - time.monotonic()))
        memory.stop()
        latencies = self.load.latencies(began, ended)
        slow = bystander.slow_seconds(self.load.latencies(began, time.monotonic()), MOST_RATIO * rest)
        problem, after = self.survives(entry)
        if memory.killed:
            problem = "it took more than 6 GB, and was ended by the benchmark"
        self.report(entry, bystander.p99(latencies) / rest, slow, memory.growth_mb, problem, trial.failures)
        if after is None or problem or trial.failures:
            self.end()
            after = self.begin(fresh=True)
        return after

    def report(self, entry, ratio, slow, megabytes, problem, failures):
        figures = {
            "p99_ratio": f"{ratio:.2f}",
            "slow_seconds": slow,
            "rss_mb": f"{megabytes:.0f}",
            "alive": int(not problem),
            "expected": int(not failures),
        }
        for name, value in figures.items():
            print(f"result hostile.{entry.name}.{name} {value}", flush=True)
        for failure in failures[:8]:
            print(f"  {entry.name}: {failure}", flush=True)
        if problem:
            print(f"  {entry.name}: not alive: {problem}", flush=True)
        self.verdicts.append(
            (
                entry,
                {
                    "dead": bool(problem),
                    "too large": megabytes > MOST_MEMORY_MB,
                    "slow for too long": slow > entry.deadline,
                    "unexpected": bool(failures),
                },
            )
        )

    def close(self):
        try:
            self.end()
        finally:
            self.places.close()


def summarize(verdicts):
    """Says how many entries held, and which did not. Returns the exit status."""
    print(f"\n{sum(not any(faults.values()) for _, faults in verdicts)} of {len(verdicts)} entries held.")
    for fault in ("dead", "too large", "slow for too long", "unexpected"):
        names = [entry.name for entry, faults in verdicts if faults[fault]]
        if names:
            print(f"{fault}: {' '.join(names)}")
    return int(any(faults["dead"] or faults["too large"] or faults["slow for too long"] for _, faults in verdicts))


def main():
    options = arguments()
    if options.list:
        print(*(f"{each.name}  {each.title}" for each in options.entries), sep="\n")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-hostile-"))
    bench = Bench(options, folder)
    try:
        bench.prepare()
        rest = bench.begin(fresh=False)
        for each in options.entries:
            if rest is None:
                raise RuntimeError(f"The node does not start:\n{bench.node.log_text()[-4000:]}")
            rest = bench.run(each, rest)
        return summarize(bench.verdicts)
    finally:
        bench.close()
        if options.keep:
            print(f"Kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(str(error))
