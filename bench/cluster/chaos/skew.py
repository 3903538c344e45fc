"""Nodes whose clocks are five minutes apart, and a cluster that starts again after all of it was killed."""
import pathlib
import signal
import time

import clients
import project
from kills import Operator
from members import Cluster, free_port
from trial import Skipped, part

SKEW_SECONDS = 300
WATCH_SECONDS = 60
RESTART_LIMIT = 20


def library():
    found = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        raise Skipped("libfaketime is missing")
    return str(found[0])


def clock_of(name):
    """
    The settings of a member: the first node's clock is ahead, the second one's behind. Its other clocks are, too: the library converts the ends
    of waits as if they were.
    """
    seconds = {"node-1": SKEW_SECONDS, "node-2": -SKEW_SECONDS}.get(name)
    return {"LD_PRELOAD": library(), "FAKETIME": f"{seconds:+d}s"} if seconds else {}


def dead(node):
    answer = node.send("GET", "/api/cluster", timeout=5)
    return [member for member in answer.json["nodes"] if member["state"] not in ("active", "joining")] if answer.ok else [str(answer)]


def members(cluster):
    """The rows of the table of members: name, status (3: active, 6: dead), seconds since its last sign of life by the database's clock."""
    statement = "SELECT siloname, status, round(extract(epoch FROM now() - iamalivetime)) FROM orleansmembershiptable ORDER BY starttime"
    return [line.split("|") for line in cluster.postgres.ask(statement, "progeny")]


@part("clocks are five minutes apart; a whole cluster is killed and comes back")
def skew(trial):
    library()
    since = time.time()
    began = time.monotonic()
    cluster = Cluster(trial.options, trial.folder, settings=clock_of)
    try:
        trial.note(f"started within {time.monotonic() - began:.1f} s")
        # A verdict after some outcomes, on rewards that are better for the challenger by nothing: by chance alone.
        project.release(cluster.balancer, project.DURABLE)
        load = clients.Load("c", cluster.balancer, trial.options.seed, clients=4).start()
        operator = Operator(trial, cluster, cluster.balancer, promotion_seconds=8, training_seconds=20)
        operator.start()
        watch(trial, cluster, WATCH_SECONDS / (2 if trial.quick else 1))
        rejoin(trial, cluster)
        operator.stop()
        load.stop()
        loads = [load, *canary(trial, cluster)]
        check_order(trial, cluster)
        clients.check_log(trial, cluster.balancer, loads, since, extra=operator.acknowledged())
        operator.check()
        failed = [failure for failure in load.failures if failure[1] == "prediction"]
        trial.figure("failed_predictions", len(failed))
        for at, kind, text in load.failures[:12]:
            # Members were killed; a report that needed a grain of theirs was sent again.
            (trial.discrepancy if kind == "prediction" else trial.note)(f"at {trial.at(at):.1f} {text}")
        restart(trial, cluster, "with skewed clocks")
        restart(trial, cluster, "with skewed clocks, and started elsewhere", moved=True)
        for member in cluster.members:
            member.settings = {name: value for name, value in member.settings.items() if name not in clock_of("node-1")}
        restart(trial, cluster, "with all clocks right again")
    finally:
        cluster.close()


def watch(trial, cluster, seconds):
    """Nobody is dead to anybody."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for node in cluster.nodes:
            if found := dead(node):
                trial.discrepancy(f"{node.name} takes for dead: {found}")
                return
        for member in cluster.members:
            if not member.runs():
                trial.discrepancy(f"{member.name} has ended: {member.log_text()[-1000:]}")
                return
        time.sleep(1)
    trial.note(f"members: {members(cluster)}")


def rejoin(trial, cluster):
    """Each member leaves and comes back; a killed one must be dead to the others, and the new one a member."""
    for member, how in zip(cluster.members, (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)):
        member.signal(how)
        member.wait_end()
        time.sleep(1)
        member.start()
        seconds = cluster.wait_ready([member])
        trial.most("join_ms", round(seconds * 1000))
        trial.note(f"{member.name} is ready again after {seconds:.1f} s")


def canary(trial, cluster):
    """A challenger that is no worse than the champion: its verdict is reached within a minute. Returns the load that it had."""
    door = cluster.nodes[2]
    steps = [{"share": 0.5, "outcomes": 60, "time": "10m"}]
    body = {"strategy": "canary", "metric": "loss", "goal": "minimize", "steps": steps, "by": "chaos"}
    body["generations"] = [f"{project.RELEASE}:2"]
    promoted = project.promote(door, project.DURABLE, 1)
    if not promoted.ok:
        trial.discrepancy(f"promotion before the experiment: {promoted}")
    answer = door.send("POST", f"/api/projects/{project.DURABLE}/experiments", body)
    if not answer.ok:
        trial.discrepancy(f"the experiment could not be started: {answer}")
        return []
    experiment = answer.json.get("id") or answer.json["name"]
    load = clients.Load("x", cluster.balancer, trial.options.seed, clients=4).start()
    until, info = time.monotonic() + 60, {}
    while time.monotonic() < until:
        shown = cluster.nodes[0].send("GET", f"/api/projects/{project.DURABLE}/experiments/{experiment}")
        info = shown.json if shown.ok else info
        if info.get("verdict"):
            break
        time.sleep(0.5)
    load.stop()
    verdict = info.get("verdict")
    outcomes = [arm.get("outcomes") for arm in info.get("arms", [])]
    trial.note(f"the experiment ended as {verdict} after {60 - (until - time.monotonic()):.0f} s, with outcomes {outcomes}")
    trial.expect(verdict, "the experiment had no verdict within a minute")
    return [load]


def check_order(trial, cluster):
    """Sequence numbers grow in the order in which queries were answered, whatever clocks say."""
    number = 0
    for round_ in range(10):
        for node in cluster.nodes:
            number += 1
            project.predict(node, project.DURABLE, f"order-{number:03}")
    log = clients.read_log(cluster.nodes[2], project.DURABLE)
    records = sorted((sequence, query) for query, sequence, *_ in log if query.startswith("order-"))
    names = [query for _, query in records]
    trial.expect(len(names) == number, f"{len(names)} of {number} queries in a row are in the log")
    trial.expect(names == sorted(names), f"the log has queries in another order than they were answered: {names}")


def restart(trial, cluster, how, moved=False):
    """
    All members are killed at once and started again; elsewhere, as containers are, nobody takes the place of those that the table of members
    still has as alive.
    """
    for member in cluster.members:
        member.signal(signal.SIGKILL)
    for member in cluster.members:
        member.wait_end()
    time.sleep(1)
    began = time.monotonic()
    for member in cluster.members:
        if moved:
            member.silo_port, member.gateway_port = free_port(), free_port()
        member.start()
    cluster.wait_ready(cluster.members)
    ready = time.monotonic() - began
    cluster.wait(lambda: project.promote(cluster.nodes[0], project.DURABLE, 1).ok, "a promotion after the restart")
    seconds = time.monotonic() - began
    trial.most("restart_ms", round(seconds * 1000))
    trial.note(f"all killed, {how}: ready after {ready:.1f} s, a promotion after {seconds:.1f} s")
    trial.expect(seconds < RESTART_LIMIT, f"after all were killed {how} the cluster took {seconds:.1f} s")
    stale = [row for row in members(cluster) if row[1] != "3"]
    living = [row for row in members(cluster) if row[1] == "3"]
    trial.expect(len(living) == len(cluster.members), f"members after the restart: {living}")
    trial.note(f"  {len(stale)} rows of dead members")
