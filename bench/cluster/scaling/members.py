"""Nodes that stand alone or are members of a cluster, each kept to processors of its own where there are enough."""
import json
import os
import pathlib
import re
import time
import urllib.request

from peers import Server, free_port

CORES = sorted(os.sched_getaffinity(0))


class Places:
    """Which processor each node has; wrk, PostgreSQL and this script have the others."""

    def __init__(self, members):
        if len(CORES) < 2:
            raise RuntimeError("Two processors are needed: one for the nodes, one for wrk and PostgreSQL.")
        self.nodes = CORES[:members] if len(CORES) > members else CORES[:1]
        self.others = CORES[len(self.nodes):]
        # Inherited by all that is started from here.
        os.sched_setaffinity(0, self.others)

    def of(self, number):
        return self.nodes[number % len(self.nodes)]

    def describe(self):
        shared = "each node on a processor of its own" if len(self.nodes) > 1 else "all nodes on one processor"
        return f"{shared}, wrk and PostgreSQL on {len(self.others)} other"


class Node(Server):
    """A process of Progeny.Gateway on one processor."""

    def __init__(self, name, gateway, folder, core, settings=None, meters=None):
        self.core, self.meters = core, folder / f"{name}.meters" if meters else None
        folder = folder / name
        folder.mkdir(exist_ok=True)
        environment = {f"PROGENY_{key}": value for key, value in (settings or {}).items()}
        if meters:
            environment |= {"DOTNET_STARTUP_HOOKS": str(meters), "PROGENY_METERS": str(self.meters)}
            self.meters.unlink(missing_ok=True)
        self.began = time.monotonic()
        super().__init__(
            name,
            lambda server: ["taskset", "-c", str(core), "dotnet", gateway, "--urls", server.address, "--Data", str(folder / "data")],
            folder / "log", environment)

    def wait_until_ready(self, seconds=180):
        """Waits until it answers queries. Returns how long that took from its start."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.check_alive()
            try:
                urllib.request.urlopen(f"{self.address}/v2/health/ready", timeout=5).close()
                return time.monotonic() - self.began
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{self.name} did not start:\n{self.last_words()}")

    def move(self, cores):
        """Moves all its threads to other processors."""
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                os.sched_setaffinity(int(task.name), cores)
            except ProcessLookupError:
                pass

    def memory_mb(self):
        """The resident memory, of which files that are mapped are no part."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) / 1024

    def counts(self):
        """What Orleans has counted of its messages, not older than this call."""
        asked = time.time()
        while not self.meters.exists() or self.meters.stat().st_mtime < asked:
            self.check_alive()
            time.sleep(0.02)
        return json.loads(self.meters.read_text())

    def predict(self, project, body):
        request = urllib.request.Request(
            f"{self.address}/api/projects/{project}/predict", body, {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())


class Cluster:
    """The members of one cluster, which can become more."""

    def __init__(self, options, postgres, places, folder, name):
        self.options, self.places, self.folder, self.name = options, places, folder, name
        self.postgres, self.connection = postgres, postgres.new_database(name)
        self.nodes, self.clients = [], []

    def settings(self, name):
        return {
            "Cluster__ConnectionString": self.connection, "Cluster__Id": self.name, "Silo__Name": name, "Silo__Address": "127.0.0.1",
            "Silo__Port": str(free_port()), "Silo__GatewayPort": str(free_port()),
            # Shared processors make a silo late, which is no sign of death here.
            "Silo__ProbeTimeout": "00:00:10"}

    def add(self, with_meters=False):
        node = self.start(len(self.nodes), with_meters)
        self.nodes.append(node)
        node.wait_until_ready()
        return node

    def restart(self, number):
        """Starts a member anew that has stopped. Returns it without waiting for it."""
        self.nodes[number] = self.start(number, self.nodes[number].meters)
        return self.nodes[number]

    def start(self, number, with_meters):
        name, meters = f"{self.name}-{number + 1}", self.options.meters if with_meters else None
        return Node(name, self.options.gateway, self.folder, self.places.of(number), self.settings(name), meters)

    def add_client(self):
        name = f"{self.name}-client"
        client = Node(name, self.options.gateway, self.folder, self.places.of(0), self.settings(name) | {"Cluster__Role": "client"})
        self.clients.append(client)
        client.wait_until_ready()
        return client

    def stop(self):
        for node in self.clients + self.nodes:
            node.stop()
