"""The node under attack: a process of the built Gateway with a data folder of its own."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.parse
from dataclasses import dataclass

STOP_SECONDS = 35
START_SECONDS = 60
MEBIBYTE = 1024 * 1024


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Answer:
    """An answer of the node; status 0 stands for none (refused, closed or late), and text says why."""

    status: int
    body: bytes
    seconds: float
    headers: dict

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} after {self.seconds:.2f} s: {self.text[:200]}"


class Node:
    """Starts, asks, watches and stops a node. All of its runs have the same port and data folder."""

    def __init__(self, gateway, folder, settings):
        self.gateway = str(pathlib.Path(gateway).resolve())
        self.port = free_port()
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.log = self.folder / "node.log"
        self.settings = settings
        self.process = None

    def start(self):
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                ["dotnet", self.gateway, "--urls", f"http://127.0.0.1:{self.port}", "--Data", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.settings},
                cwd=self.folder,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            if self.ready():
                return True
            time.sleep(0.05)
        return False

    def ready(self):
        answer = self.send("GET", "/v2/health/ready", timeout=5)
        return answer.status == 200 and answer.json.get("ready") is True

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """Ends the node with SIGTERM. Returns the seconds that it took, or None where it had to be killed."""
        began = time.monotonic()
        if self.runs():
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
            return time.monotonic() - began
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        """Ends the node and all that it started."""
        for process in [*self.tree(), self.process.pid]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def tree(self):
        """The ids of the processes that the node started, and theirs."""
        children = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found, open_ones = [], [self.process.pid]
        while open_ones:
            below = children.get(open_ones.pop(), [])
            found += below
            open_ones += below
        return found

    def memory(self):
        """Bytes of the node and its processes that are no file's."""
        return sum(anonymous_bytes(process) for process in [self.process.pid, *self.tree()])

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stored_bytes(self):
        return sum(path.lstat().st_size for path in self.data.rglob("*") if path.is_file())

    def log_text(self):
        return self.log.read_text(errors="replace")

    def send(self, method, path, body=None, headers=None, timeout=10):
        """Sends a request. An object as body is sent as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            return Answer(
                response.status, content, time.monotonic() - began, {name.lower(): value for name, value in response.getheaders()}
            )
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, repr(error).encode(), time.monotonic() - began, {})
        finally:
            connection.close()

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, body=b"", **more):
        return self.send("POST", path, body, **more)

    def predict(self, project, row, timeout=10, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post(f"/api/projects/{project}/predict", {"rows": [row]}, timeout=timeout, headers=names)

    def query(self, project, query_id):
        return self.get(f"/api/projects/{project}/queries/{urllib.parse.quote(query_id, safe='')}")


def anonymous_bytes(process):
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return sum(int(kilobytes) * 1024 for kilobytes in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+) kB", status))
