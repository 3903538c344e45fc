"""A database that is restarted, stopped, slow, full, or has no connection left."""
import functools
import os
import subprocess
import threading
import time

import clients
import project
import web
from members import Cluster
from postgres import ROLE, Hogs
from proxy import Proxy
from trial import part

# A check every two seconds, which may take three, finds that the database is away.
DETECTION_SECONDS = 6
AT_ONCE_SECONDS = 1
ANSWER_LIMIT = 2
RECOVERY_LIMIT = 20
DISK_MEGABYTES = 400
MAX_CONNECTIONS = 120


class Watch(threading.Thread):
    """Asks nodes for what needs the database, all the time, and keeps what they answer."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self.nodes, self.ended, self.answers = nodes, threading.Event(), []

    def run(self):
        while not self.ended.wait(0.5):
            began = time.monotonic()
            answers = web.at_once([lambda node=node: node.send("GET", "/api/projects", timeout=20) for node in self.nodes])
            self.answers += [(began, node.name, answer) for node, answer in zip(self.nodes, answers)]

    def stop(self):
        self.ended.set()
        self.join()


class Outages:
    def __init__(self, trial, cluster, fast, durable, nodes):
        self.trial, self.cluster, self.fast, self.durable, self.nodes = trial, cluster, fast, durable, nodes

    def run(self, name, begin, end, seconds, refuses=True):
        """Makes an outage of so many seconds, and looks at what was answered meanwhile. Where it refuses, nothing can be stored."""
        trial = self.trial
        watch = Watch(self.nodes)
        watch.start()
        began = time.monotonic()
        trial.note(f"{name} begins")
        begin()
        time.sleep(max(0, began + seconds - time.monotonic()))
        during = time.monotonic()
        end()
        over = time.monotonic()
        recovered = self.recover(name)
        watch.stop()
        until = time.monotonic()
        fast, durable = self.fast.between(began, until), self.durable.between(began, until)
        failed = [status for status, _ in fast if status != 200]
        worst = max((seconds for _, seconds in fast), default=0)
        trial.expect(not failed, f"{name}: {len(failed)} of {len(fast)} fast predictions failed: {sorted(set(failed))}")
        trial.expect(worst < ANSWER_LIMIT, f"{name}: the worst fast prediction took {worst:.2f} s")
        wrong = sorted({status for status, _ in durable} - {200, 503})
        trial.expect(not wrong, f"{name}: durable predictions were answered with {wrong}")
        trial.most("fast_worst_ms", round(worst * 1000))
        trial.most("durable_worst_ms", round(max((seconds for _, seconds in durable), default=0) * 1000))
        refused = sum(status == 503 for status, _ in durable)
        detected = [(node, answer) for at, node, answer in watch.answers if began + DETECTION_SECONDS < at < during - 0.5]
        before = max((answer.seconds for at, _, answer in watch.answers if at < during), default=0)
        if refuses:
            self.check_refusals(name, detected, began, during)
        trial.note(
            f"{name}: {len(fast)} fast (worst {worst * 1000:.0f} ms), {len(durable)} durable ({refused} refused), the slowest other answer"
            f" {before:.1f} s, recovered {recovered:.1f} s after its end ({over - during:.1f} s)"
        )
        trial.most("recovered_ms", round(recovered * 1000))
        trial.expect(recovered < RECOVERY_LIMIT, f"{name}: all answered again only {recovered:.1f} s after its end")
        self.expect_living(name)

    def check_refusals(self, name, detected, began, during):
        """Refused at once, with a time to come back."""
        for fault, faulty in (
            ("were not answered with 503", [each for each in detected if each[1].status != 503]),
            (f"took more than {AT_ONCE_SECONDS} s", [each for each in detected if each[1].seconds > AT_ONCE_SECONDS]),
            ("had no Retry-After", [each for each in detected if each[1].status == 503 and "retry-after" not in each[1].headers]),
        ):
            example = ": ".join(map(str, faulty[0])) if faulty else ""
            self.trial.expect(not faulty, f"{name}: {len(faulty)} of {len(detected)} other requests {fault}, such as {example}")
        late = self.durable.between(began + DETECTION_SECONDS, during - 0.5)
        slow = [seconds for _, seconds in late if seconds > AT_ONCE_SECONDS]
        worst = max(slow, default=0)
        self.trial.expect(not slow, f"{name}: {len(slow)} of {len(late)} durable predictions were refused late, after {worst:.1f} s")
        answered = [status for status, _ in late if status == 200]
        self.trial.expect(not answered, f"{name}: {len(answered)} durable predictions were acknowledged although nothing could be stored")

    def recover(self, name):
        """The seconds until all nodes answer everything again."""
        began = time.monotonic()
        number = 0
        while time.monotonic() - began < 90:
            number += 1
            good = True
            for node in self.nodes:
                good = good and node.send("GET", "/api/projects", timeout=10).ok
                good = good and project.predict(node, project.DURABLE, f"recovery-{name}-{node.name}-{number}").ok
            if good:
                return time.monotonic() - began
            time.sleep(0.1)
        return 90

    def expect_living(self, name):
        for member in self.cluster.members:
            if not member.runs():
                code = member.process.returncode
                self.trial.discrepancy(f"{name}: {member.name} has ended (exit code {code}): {member.log_text()[-600:]}")
                member.start()
                self.cluster.wait_ready([member])


def dropped_records(nodes):
    """What nodes count as dropped from the query log."""
    total = 0
    for node in nodes:
        for line in node.send("GET", "/metrics").text.splitlines():
            if line.startswith("progeny_log_dropped_total"):
                total += float(line.rsplit(" ", 1)[1])
    return int(total)


class Disk:
    """A small disk of its own, for the data of PostgreSQL."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.is_mounted = os.geteuid() == 0 and self.mount()

    def mount(self):
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=700", "progeny-chaos", str(self.folder)]
        return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0

    def fill(self):
        with open(self.folder / "filler", "wb", buffering=0) as filler:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError:
                    pass

    def free(self):
        (self.folder / "filler").unlink()

    def close(self):
        if self.is_mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)


@part("the database is restarted, stopped, slow, full, or without connections")
def database(trial):
    seconds = 15 if trial.quick else 60
    disk, proxy, cluster, since = Disk(trial.folder / "postgres"), [], None, time.time()

    def through_proxy(server):
        proxy.append(Proxy(server.host, server.port))
        return server.connection_string(port=proxy[0].port)

    try:
        cluster = Cluster(
            trial.options,
            trial.folder,
            nodes=2,
            database=through_proxy,
            postgres={"max_connections": MAX_CONNECTIONS, "settings": ["max_wal_size=64MB", "min_wal_size=32MB"]},
        )
        server = cluster.postgres
        project.release(cluster.balancer, project.DURABLE)
        project.release(cluster.balancer, project.FAST, log="fast", generations=1)
        fast = clients.Load("f", cluster.balancer, trial.options.seed, project.FAST, clients=4).start()
        durable = clients.Load("d", cluster.balancer, trial.options.seed, clients=4).start()
        time.sleep(3)
        outages = Outages(trial, cluster, fast, durable, cluster.nodes)
        outages.run("restart", lambda: (server.stop(), server.start()), lambda: None, 0, refuses=False)
        outages.run("crash", lambda: (server.stop("immediate"), server.start()), lambda: None, 0, refuses=False)
        outages.run("stop", server.stop, server.start, seconds)
        for delay in (0.05, 0.5):
            begin, end = functools.partial(proxy[0].delay, delay), functools.partial(proxy[0].delay, 0)
            outages.run(f"slow by {delay * 1000:.0f} ms", begin, end, max(15, seconds / 2), refuses=False)
        exhaust(outages, server, seconds)
        if disk.is_mounted:
            fill(trial, outages, server, disk, seconds)
        else:
            trial.note("the disk was not filled: only root can have a small one")
        fast.stop()
        durable.stop()
        check(trial, cluster, fast, durable, since)
    finally:
        if cluster:
            cluster.close()
        for each in proxy:
            each.close()
        disk.close()


def exhaust(outages, server, seconds):
    """Takes all connections, after those that nodes have were ended."""
    hogs = []

    def begin():
        hogs.append(Hogs(server))
        until = time.monotonic() + 10
        while time.monotonic() < until:
            server.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'")
            if len(hogs[0].taken) >= MAX_CONNECTIONS - 3 and server.sessions() <= len(hogs[0].taken) + 1:
                return
        outages.trial.note(f"{len(hogs[0].taken)} of {MAX_CONNECTIONS} connections could be taken")

    outages.run("no connections", begin, lambda: hogs[0].release(), seconds)


def fill(trial, outages, server, disk, seconds):
    """Fills the disk. PostgreSQL may end of it; then its supervisor starts it again once there is room."""

    def end():
        disk.free()
        if not server.runs():
            trial.note("PostgreSQL ended of the full disk, and is started again")
            server.start()

    outages.run("disk full", disk.fill, end, seconds, refuses=False)


def check(trial, cluster, fast, durable, since):
    clients.check_log(trial, cluster.balancer, [durable], since)
    logged = {query for query, *_ in clients.read_log(cluster.balancer, project.FAST)}
    missing, dropped = len(set(fast.acknowledged) - logged), dropped_records(cluster.nodes)
    trial.figure("fast_lost", missing)
    trial.figure("fast_dropped", dropped)
    trial.expect(missing <= dropped, f"{missing} answered queries of log: fast are not in the log, and {dropped} were counted as dropped")
    asked = {query for query, *_ in clients.read_log(cluster.balancer, project.DURABLE) if query.startswith("d-")}
    trial.note(f"{len(asked - set(durable.acknowledged))} queries that were refused are in the log")
    trial.figure("failed_predictions", sum(kind == "prediction" for _, kind, _ in fast.failures))
    trial.figure("refused", len(durable.failures))
