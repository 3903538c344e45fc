"""The servers that are compared: how they are started, asked, and how much processor time they have used."""
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

TICK = 1 / os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A process that listens on a port of loopback, with its children."""

    def __init__(self, name, command, log):
        self.name = name
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command(self), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def wait_until_up(self, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.address, timeout=2).close()
                return
            except urllib.error.HTTPError:
                return  # it answers, if only that there is nothing at this path
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} did not start:\n{pathlib.Path(self.log).read_text(errors='replace')[-2000:]}")

    def cpu_seconds(self):
        """User and system time of the process and its children so far."""
        total = 0
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, rest = stat.parent.name, stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            if str(self.process.pid) in (pid, rest[1]):
                total += int(rest[11]) + int(rest[12])
        return total * TICK

    def settle(self, seconds=30):
        """Waits until the server has done what it put off (a log to write, garbage to collect)."""
        until, last = time.monotonic() + seconds, self.cpu_seconds()
        while time.monotonic() < until:
            time.sleep(0.2)
            now = self.cpu_seconds()
            if now - last <= 2 * TICK:
                return
            last = now

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Peer:
    """One column of the comparison: a server and the path of each model on it."""

    def __init__(self, name, server, path):
        self.name = name
        self.server = server
        self.path = path

    def url(self, model):
        return self.server.address + self.path(model)

    def ask(self, model, body):
        request = urllib.request.Request(self.url(model), body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()
