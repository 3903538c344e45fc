"""Messages between silos and statements to the database, per 1,000 predictions and while nothing is asked."""
import concurrent.futures
import sys
import time

import loads
import measure
import scale
from members import Cluster
from postgres import Postgres

MODES = ("fast", "durable")
SENT = "orleans-messaging-sent-messages-size"
BETWEEN_SILOS = "SiloToSilo"
APPEND = "append_segments"
SHOWN = 12


def run(options, places, folder):
    body = folder / "one-row.json"
    body.write_bytes(loads.request_body("one-row", 0))
    postgres = Postgres(folder)
    cluster = Cluster(options, postgres, places, folder, "messages")
    lines = []
    try:
        for _ in range(options.members):
            cluster.add(with_meters=True)
        first = cluster.nodes[0]
        model = scale.trained_model(options, first, folder)
        for mode in MODES:
            scale.Api(first).release(mode, model, mode)
            for node in cluster.nodes:
                node.predict(mode, body.read_bytes())
        # What a start and a release leave to do.
        time.sleep(10)
        # A minute has what happens once a minute.
        length = 20 if options.quick else 60
        lines += about("idle", *count(postgres, cluster, lambda: time.sleep(length)))
        length = max(10, options.seconds * options.rounds)
        for mode in MODES:
            for connections in (64, 1):
                ask(cluster, mode, body, connections, 1)
                made = count(postgres, cluster, lambda: ask(cluster, mode, body, connections, length))
                lines += about(f"{mode}-{connections}", *made)
            lines.append(f"result messages.{mode}.connections-to-database {postgres.sessions()}")
        lines += sizes(postgres, cluster)
    finally:
        cluster.stop()
        postgres.stop()
    return lines


def ask(cluster, mode, body, connections, seconds):
    """Asks all members at once. Returns how many predictions they made."""
    with concurrent.futures.ThreadPoolExecutor(len(cluster.nodes)) as pool:
        runs = list(pool.map(
            lambda node: measure.wrk(f"{node.address}/api/projects/{mode}/predict", body, connections, seconds), cluster.nodes))
    return sum(run["requests"] - run["refused"] for run in runs)


def messages(cluster):
    """(messages, bytes) that the members have sent each other so far."""
    sent = [
        (name, value) for node in cluster.nodes for name, value in node.counts().items()
        if name.startswith(f"{SENT} ") and BETWEEN_SILOS in name]
    return tuple(sum(value for name, value in sent if name.endswith(kind)) for kind in ("count", "sum"))


def count(postgres, cluster, work):
    """Does something. Returns what it returned, the seconds that it took, messages and bytes sent, statements, and bytes of WAL."""
    postgres.forget_statements()
    before, log, began = messages(cluster), postgres.log_position(), time.monotonic()
    done = work()
    # What was put off belongs to it.
    time.sleep(0.5)
    took, after = time.monotonic() - began, messages(cluster)
    return done, took, tuple(now - then for now, then in zip(after, before)), postgres.statements(), postgres.log_position() - log


def about(name, predictions, took, sent, statements, log):
    total = sum(calls for calls, _, _ in statements)
    yield f"{name}: {total / took:.1f} statements and {sent[0] / took:.1f} messages between silos a second" + (
        f", {predictions / took:,.0f} predictions a second" if predictions else "")
    for calls, mean, text in statements[:SHOWN]:
        yield f"    {calls / took:8.2f} a second, {mean:7.3f} ms: {text[:110]}"
    yield f"result messages.{name}.statements-per-second {total / took:.2f}"
    yield f"result messages.{name}.messages-per-second {sent[0] / took:.2f}"
    yield f"result messages.{name}.bytes-per-second {sent[1] / took:.0f}"
    if predictions:
        yield f"result messages.{name}.predictions-per-second {predictions / took:.0f}"
        yield f"result messages.{name}.statements-per-1000 {1000 * total / predictions:.3f}"
        yield f"result messages.{name}.messages-per-1000 {1000 * sent[0] / predictions:.3f}"
        yield f"result messages.{name}.wal-bytes-per-prediction {log / predictions:.0f}"
        appends = [(calls, mean) for calls, mean, text in statements if APPEND in text]
        calls = sum(calls for calls, _ in appends)
        yield f"result messages.{name}.predictions-per-append {predictions / calls:.1f}"
        yield f"result messages.{name}.append-ms {sum(calls * mean for calls, mean in appends) / calls:.3f}"
        if sent[0] > 10 * predictions / 1000 or total > 5 * predictions / 1000:
            print(f"{name}: more than 5 statements or 10 messages per 1,000 predictions", file=sys.stderr)


def sizes(postgres, cluster):
    """What the log needs on disk for a prediction of one row."""
    for table in ("segments", "query_ids"):
        [[size]] = postgres.ask(
            "SELECT sum(pg_total_relation_size(inhrelid)) / (SELECT last FROM log_end) FROM pg_inherits"
            f" WHERE inhparent = '{table}'::regclass", cluster.name)
        yield f"result messages.{table}-bytes-per-prediction {float(size):.0f}"
