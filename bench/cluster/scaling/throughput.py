"""Predictions of a node that stands alone, of members of a cluster, and of a client gateway, side by side."""
import concurrent.futures
import os
import sys
import time
from statistics import median

import loads
import measure
import scale
from members import Cluster, Node
from postgres import Postgres

MODES = ("fast", "durable")
CONNECTIONS = (64, 1)

# A member has always something to do: how long it is waited for after a load, at most.
REST_SECONDS = 1.5

# name of the ratio -> the measure; the one below is always the node that stands alone.
MEASURES = {"vs-alone": "rate", "cpu-vs-alone": "cpu", "p99-vs-alone": "p99"}


class Contender:
    """What is asked at once: some of the nodes of a step, and whose processor time answers take besides."""

    def __init__(self, name, asked, helpers=(), database=None, moved_to=None):
        self.name, self.asked, self.helpers, self.database, self.moved_to = name, asked, helpers, database, moved_to

    def run(self, mode, body, connections, seconds):
        """Asks once. Helpers run on other processors meanwhile, where that is wanted."""
        for node in self.helpers if self.moved_to else ():
            node.move(self.moved_to)
        try:
            return self.measure(mode, body, connections, seconds)
        finally:
            for node in self.helpers if self.moved_to else ():
                node.move([node.core])

    def measure(self, mode, body, connections, seconds):
        for node in self.asked:
            node.settle(most=REST_SECONDS)
        busy, own, began = measure.busy_seconds(), measure.children_seconds(), self.spent()
        url = f"/api/projects/{mode}/predict"
        with concurrent.futures.ThreadPoolExecutor(len(self.asked)) as pool:
            runs = list(pool.map(lambda node: measure.wrk(node.address + url, body, connections, seconds), self.asked))
        length = max(run["duration"] for run in runs) / 1e6
        ours = sum(now - then for now, then in zip(self.spent(), began)) + measure.children_seconds() - own
        others = (measure.busy_seconds() - busy - ours) / (length * os.cpu_count())
        for node in self.asked:
            node.settle(most=REST_SECONDS)
        nodes, helpers, database = (now - then for now, then in zip(self.spent(), began))
        for run in runs:
            if run["refused"] or run["broken"]:
                faults = f"{run['refused']} answers with an error, {run['broken']} broken connections"
                print(f"{self.name} {mode}-{connections}: {faults}", file=sys.stderr)
        requests = sum(run["requests"] for run in runs)
        per_request = 1e6 / max(1, requests)
        return {
            "rate": sum((run["requests"] - run["refused"]) / (run["duration"] / 1e6) for run in runs),
            "p50": max(run["p50"] for run in runs) / 1e3, "p99": max(run["p99"] for run in runs) / 1e3,
            "cpu": nodes * per_request, "helpers": helpers * per_request, "database": database * per_request, "others": max(0, others)}

    def spent(self):
        """Processor seconds so far of the nodes that are asked, of those that help them, and of the database."""
        return (
            sum(node.cpu_seconds() for node in self.asked), sum(node.cpu_seconds() for node in self.helpers),
            self.database.cpu_seconds() if self.database else 0)


def run(options, places, folder):
    body = folder / "one-row.json"
    body.write_bytes(loads.request_body("one-row", 0))
    postgres = Postgres(folder)
    alone = cluster = None
    try:
        alone = Node("alone", options.gateway, folder, places.of(0))
        alone.wait_until_ready()
        model = scale.trained_model(options, alone, folder)
        cluster = Cluster(options, postgres, places, folder, "serving")
        first = cluster.add()
        for mode in MODES:
            for node in (alone, first):
                scale.Api(node).release(mode, model, mode)
        client = cluster.add_client()
        cells = {}
        # The gateway has the processor of the nodes; the member that answers it moves to the others for that time.
        gateway = Contender("client", [client], [first], postgres, moved_to=places.others)
        alone_contender = Contender("alone", [alone])
        step(options, cells, "1", CONNECTIONS, body, [alone_contender, Contender("member", [first], [], postgres), gateway])
        client.stop()
        cluster.clients.clear()
        for count in range(2, options.members + 1):
            # The first one is the leader, which reads the log for all.
            last = cluster.add()
            everyone = Contender(f"all-of-{count}", list(cluster.nodes), [], postgres)
            one = Contender(f"one-of-{count}", [last], cluster.nodes[:-1], postgres)
            step(options, cells, str(count), CONNECTIONS[:1], body, [alone_contender, one, everyone])
    finally:
        for server in filter(None, (alone, cluster)):
            server.stop()
        postgres.stop()
    return [*table(cells), "", *ratios(cells)]


def step(options, cells, name, connections, body, contenders):
    """Measures all contenders of a step by turns; the next round begins with another."""
    for contender in contenders:
        for mode in MODES:
            contender.run(mode, body, 64, 4 if options.quick else 10)
    started = time.monotonic()
    for turn in range(options.rounds):
        at = turn % len(contenders)
        for count in connections:
            for contender in contenders[at:] + contenders[:at]:
                for mode in MODES:
                    key = name, mode, count, contender.name
                    cells.setdefault(key, []).append(contender.run(mode, body, count, options.seconds))
        took = time.monotonic() - started
        print(f"serving, {name} members: round {turn + 1} of {options.rounds} done after {took:.0f} s.", file=sys.stderr)


def table(cells):
    others = [run["others"] for runs in cells.values() for run in runs]
    yield f"Other programs took {100 * median(others):.0f} % of the processors (median; at most {100 * max(others):.0f} %)."
    yield ""
    yield "| members | asked | log | connections | requests/s | p50 ms | p99 ms | CPU µs/request | of other members | of PostgreSQL |"
    yield "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for (members, mode, count, name), runs in cells.items():
        of = {each: median(run[each] for run in runs) for each in ("rate", "p50", "p99", "cpu", "helpers", "database")}
        yield (f"| {members} | {name} | {mode} | {count} | {of['rate']:,.0f} | {of['p50']:.2f} | {of['p99']:.2f} | {of['cpu']:.1f} "
               f"| {of['helpers']:.1f} | {of['database']:.1f} |")


def ratios(cells):
    """Each ratio is taken within a round and is the median of the rounds; least and greatest stand behind it."""
    for (members, mode, count, name), runs in cells.items():
        if name != "alone":
            base = cells[members, mode, count, "alone"]
            for ratio, of in MEASURES.items():
                yield line(f"serving.{mode}-{count}.{name}-{ratio}", [a[of] / b[of] for a, b in zip(runs, base)])
        if mode == "durable":
            base = cells[members, "fast", count, name]
            label = f"{name}-beside-{members}" if name == "alone" else name
            yield line(f"serving.{count}.{label}.durable-vs-fast", [a["rate"] / b["rate"] for a, b in zip(runs, base)])


def line(name, values):
    return f"result {name} {median(values):.3f} ({min(values):.3f} to {max(values):.3f})"
