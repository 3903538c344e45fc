"""What projects cost a cluster: memory, starts, promotions, and how the agents hear of changed plans."""
import concurrent.futures
import json
import sys
import threading
import time
from statistics import median

import loads
import scale
import traffic
from idle import small_model
from members import Cluster
from postgres import Postgres

PROMOTIONS = 10
RELEASING = 4
VERSIONS = ("1.0.0:1", "1.0.0:2")

# Of each node, over all projects, when few queries come to many projects.
SPREAD_RATE = 50
SPREAD_SECONDS = 20


def run(options, places, folder):
    postgres = Postgres(folder)
    cluster = Cluster(options, postgres, places, folder, "projects")
    lines = []
    try:
        for _ in range(options.members):
            cluster.add(with_meters=True)
        model = small_model(options, cluster.nodes[0])
        body = loads.request_body("one-row", 0)
        done, sizes = 0, [options.projects] if options.quick else sorted({max(1, options.projects // 3), options.projects})
        quiet = 10 if options.quick else 30
        lines += idle(postgres, cluster, "0.unused", quiet) + started(cluster, 0)
        for size in sizes:
            lines += released(options, cluster, model, range(done, size), size)
            done = size
            lines += started(cluster, size)
            lines += idle(postgres, cluster, f"{size}.unused", quiet)
            for node in cluster.nodes:
                for number in range(size):
                    node.predict(project(number), body)
            lines += idle(postgres, cluster, f"{size}.asked", quiet)
            lines += spread(postgres, cluster, size, body)
            lines += promoted(cluster, size, body)
    finally:
        cluster.stop()
        postgres.stop()
    return lines


def project(number):
    return f"project-{number}"


def released(options, cluster, model, numbers, size):
    """Releases projects through all members at once, with their generations."""
    def one(number):
        api = scale.Api(cluster.nodes[number % len(cluster.nodes)])
        api.release(project(number), model, "fast")
        for _ in range(options.generations - 1):
            api.train(project(number))

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(RELEASING) as pool:
        try:
            for each in [pool.submit(one, number) for number in numbers]:
                each.result()
        except BaseException:
            # Whoever ends the benchmark does not wait for the others.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    took = time.monotonic() - began
    print(f"projects: {size} released, {len(numbers) / took:.1f} a second.", file=sys.stderr)
    return [f"result projects.{size}.generations-made-per-second {len(numbers) * options.generations / took:.1f}"]


def started(cluster, size):
    """Stops and starts each member in turn, as a rolling change does; the new one is a member of a cluster that serves."""
    took = []
    for number in range(len(cluster.nodes)):
        cluster.nodes[number].stop()
        took.append(cluster.restart(number).wait_until_ready())
    return [f"result projects.{size}.start-seconds {median(took):.2f}"]


def idle(postgres, cluster, name, quiet):
    """What members cost that nobody asks."""
    time.sleep(quiet)
    before = [node.cpu_seconds() for node in cluster.nodes]
    _, took, sent, statements, _ = traffic.count(postgres, cluster, lambda: time.sleep(quiet))
    cpu = median(node.cpu_seconds() - then for node, then in zip(cluster.nodes, before))
    lines = [
        f"result projects.{name}.node-memory-mb {median(node.memory_mb() for node in cluster.nodes):.0f}",
        f"result projects.{name}.node-cpu-percent {100 * cpu / took:.2f}",
        f"result projects.{name}.messages-per-second {sent[0] / took:.2f}",
        f"result projects.{name}.statements-per-second {sum(calls for calls, _, _ in statements) / took:.2f}"]
    print(*lines, sep="\n", file=sys.stderr)
    return lines


def spread(postgres, cluster, size, body):
    """Messages and statements where each project is asked now and then: what is done for each project has its greatest share."""
    def ask(node):
        began = time.monotonic()
        for number in range(SPREAD_RATE * SPREAD_SECONDS):
            time.sleep(max(0, began + number / SPREAD_RATE - time.monotonic()))
            node.predict(project(number % size), body)

    def all_ask():
        with concurrent.futures.ThreadPoolExecutor(len(cluster.nodes)) as pool:
            for _ in pool.map(ask, cluster.nodes):
                pass
        return SPREAD_RATE * SPREAD_SECONDS * len(cluster.nodes)

    predictions, took, sent, statements, _ = traffic.count(postgres, cluster, all_ask)
    lines = [
        f"result projects.{size}.spread.predictions-per-second {predictions / took:.0f}",
        f"result projects.{size}.spread.messages-per-1000 {1000 * sent[0] / predictions:.0f}",
        f"result projects.{size}.spread.statements-per-1000 {1000 * sum(calls for calls, _, _ in statements) / predictions:.0f}"]
    print(*lines, sep="\n", file=sys.stderr)
    return lines


def promoted(cluster, size, body):
    """How long a promotion takes until it is acknowledged, and from then on until the last member answers by it."""
    name, acknowledged, everywhere = project(size // 2), [], []
    api = scale.Api(cluster.nodes[0])
    for turn in range(PROMOTIONS):
        version = VERSIONS[cluster.nodes[0].predict(name, body)["version"] == VERSIONS[0]]
        seen = {}

        def watch(node):
            while node.predict(name, body)["version"] != version:
                time.sleep(0.01)
            seen[node.name] = time.monotonic()

        watchers = [threading.Thread(target=watch, args=(node,), daemon=True) for node in cluster.nodes]
        for watcher in watchers:
            watcher.start()
        began = time.monotonic()
        api.send("POST", f"/api/projects/{name}/promotions", json.dumps({"version": version}).encode())
        ended = time.monotonic()
        acknowledged.append(ended - began)
        for watcher in watchers:
            watcher.join(30)
        if len(seen) < len(watchers):
            raise RuntimeError(f"{name}: the promotion of {version} is not in force everywhere after 30 s")
        everywhere.append(max(0, max(seen.values()) - ended))
        # Promotions come at any time of a node's second.
        time.sleep(0.1 * turn)
    return [
        f"result projects.{size}.promotion-ms {1000 * median(acknowledged):.0f}",
        f"result projects.{size}.promotion-in-force-after-ms {1000 * median(everywhere):.0f} (most {1000 * max(everywhere):.0f})"]
