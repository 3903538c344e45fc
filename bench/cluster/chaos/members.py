"""The processes of a cluster: PostgreSQL, nodes, silos for training, and the balancer that ./cluster.sh uses."""
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time

import web
from postgres import Postgres

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
START_SECONDS = 90
STOP_SECONDS = 40
ERROR_LINE = re.compile(r"^(fail|crit): ", re.MULTILINE)


def free_port():
    """A port below those of outgoing connections, one of which might take it while its member is down."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind(("0.0.0.0", port))
                return port
            except OSError:
                pass


class Member:
    """A node or a silo for training: what it is started with, and the process that it is now, if any."""

    def __init__(self, name, program, folder, database, roles, host="127.0.0.1", space=None, settings=None):
        self.name, self.program, self.folder, self.database, self.roles = name, program, folder / name, database, roles
        self.host, self.space, self.settings = host, space, dict(settings or {})
        self.port, self.silo_port, self.gateway_port = (free_port() for _ in range(3))
        self.process = None
        self.folder.mkdir(parents=True)
        self.log = self.folder / "node.log"

    def start(self):
        command = ["dotnet", str(self.program), "--urls", f"http://{self.host}:{self.port}", "--Data", str(self.folder / "data")]
        command += ["--Silo:Name", self.name, "--Silo:Roles", self.roles, "--Silo:Address", self.host]
        command += ["--Silo:Port", str(self.silo_port), "--Silo:GatewayPort", str(self.gateway_port)]
        if self.space:
            # Of a network of its own on this machine, whose connections are cut.
            command += ["--Security:AllowInsecure", "true"]
            command = ["ip", "netns", "exec", self.space, *command]
        with open(self.log, "ab") as output:
            # A session of its own: Ctrl-C is for the script, which ends it.
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PROGENY_Cluster__ConnectionString": self.database, **self.settings},
                cwd=self.folder,
                start_new_session=True,
            )

    def send(self, method, path, body=None, timeout=10, **headers):
        return web.send(self.host, self.port, method, path, body, headers, timeout, self.space)

    def ready(self):
        return self.send("GET", "/v2/health/ready", timeout=3)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        if self.runs():
            self.process.send_signal(number)

    def wait_end(self, seconds=STOP_SECONDS):
        """The exit code, or None where it does not end in time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def errors(self):
        """The entries of its log at error or above."""
        return len(ERROR_LINE.findall(self.log_text()))

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class Balancer:
    """HAProxy with the configuration of deploy/haproxy."""

    def __init__(self, folder, nodes):
        self.host, self.port, self.statistics = "127.0.0.1", free_port(), free_port()
        self.socket = folder / "balancer.sock"
        servers = folder / "balancer.cfg"
        lines = ["backend nodes", *(f"    server {node.name} {node.host}:{node.port} check" for node in nodes)]
        servers.write_text("\n".join(lines) + "\n")
        with open(folder / "balancer.log", "ab") as output:
            self.process = subprocess.Popen(
                ["/usr/sbin/haproxy", "-f", str(REPOSITORY / "deploy/haproxy/haproxy.cfg"), "-f", str(servers)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "BALANCER_BIND": f"{self.host}:{self.port}",
                    "BALANCER_STATISTICS": f"{self.host}:{self.statistics}",
                    "BALANCER_SOCKET": str(self.socket),
                },
                start_new_session=True,
            )

    def send(self, method, path, body=None, timeout=20, **headers):
        return web.send(self.host, self.port, method, path, body, headers, timeout)

    def retries(self):
        """How often a request was sent again, to the same node or another."""
        page = web.send(self.host, self.statistics, "GET", "/;csv").text
        for line in page.splitlines():
            fields = line.split(",")
            if fields[:2] == ["nodes", "BACKEND"]:
                return int(fields[15]) + int(fields[16])
        return 0

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Cluster:
    """A cluster in a folder of its own, on free ports. Everything ends with it."""

    SETTINGS = {"PROGENY_Metrics__PublishSeconds": "1", "PROGENY_Metrics__ScoreSeconds": "1", "PROGENY_OfflineAgent__CheckSeconds": "2"}

    def __init__(self, options, folder, nodes=3, network=None, database=None, settings=None, postgres=None, programs=None):
        """
        The network gives members and PostgreSQL their places. 'database' is a function of the server that says where members find it, if
        not at its own port; 'settings' one of a member's name that says what it has in its environment.
        """
        self.options, self.folder, self.members, self.balancer = options, folder, [], None
        place = network.place("db") if network else {}
        host, prefix = place.get("host", "127.0.0.1"), network.prefix("db") if network else ()
        self.postgres = Postgres(folder / "postgres", free_port(), host=host, prefix=prefix, **(postgres or {}))
        try:
            where = database(self.postgres) if database else self.postgres.connection_string()
            gateway, silo = programs or (options.gateway, options.silo)
            for number in range(nodes):
                name = f"node-{number + 1}"
                self.add(name, gateway, where, "serving", network, settings)
            self.add("training-1", silo, where, "training", network, settings)
            for member in self.members:
                member.start()
            self.wait_ready(self.members)
            self.balancer = Balancer(folder, self.nodes)
            self.wait(lambda: self.balancer.send("GET", "/v2/health/ready").ok, "the balancer answers")
        except BaseException:
            self.close()
            raise

    def add(self, name, program, where, roles, network=None, settings=None):
        place = network.place(name) if network else {}
        extra = settings(name) if settings else {}
        member = Member(name, program, self.folder, where, roles, settings={**self.SETTINGS, **extra}, **place)
        self.members.append(member)
        return member

    @property
    def nodes(self):
        return [member for member in self.members if member.name.startswith("node-")]

    def living(self, but=None):
        return [node for node in self.nodes if node.runs() and node is not but]

    def wait_ready(self, members, seconds=START_SECONDS):
        """Waits until all of them answer queries. Returns the seconds that it took."""
        began = time.monotonic()
        for member in members:
            self.wait(lambda: not member.runs() or member.ready().ok, f"{member.name} is ready", seconds)
            if not member.runs():
                raise RuntimeError(f"{member.name} has ended (exit code {member.process.returncode}):\n{member.log_text()[-3000:]}")
        return time.monotonic() - began

    @staticmethod
    def wait(condition, what, seconds=60, every=0.1):
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                raise RuntimeError(f"Waited {seconds} s in vain: {what}")
            time.sleep(every)

    def close(self):
        if self.balancer:
            self.balancer.close()
        for member in self.members:
            member.signal(signal.SIGTERM)
        for member in self.members:
            if member.process and member.wait_end() is None:
                print(f"{member.name} did not end within {STOP_SECONDS} s of SIGTERM", flush=True)
                member.process.kill()
                member.process.wait()
        self.postgres.stop("immediate")
