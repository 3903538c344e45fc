"""The servers that are compared: how they are started, asked, and how much processor time they have used."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

TICK = 1 / os.sysconf("SC_CLK_TCK")


def run_main(main):
    """Runs a benchmark. Its servers do not outlive it, however it is ended; what went wrong is said in a line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    try:
        main()
    except (RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def stat_fields(path):
    """The fields of a process or thread from its state on (see proc(5)); none where it has just ended."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return None


class Server:
    """A process that listens on a port of loopback, with its children."""

    def __init__(self, name, command, log, environment=None):
        self.name = name
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command(self), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})

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
        raise RuntimeError(f"{self.name} did not start:\n{self.last_words()}")

    def check_alive(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended under load (exit code {self.process.returncode}):\n{self.last_words()}")

    def last_words(self):
        return pathlib.Path(self.log).read_text(errors="replace")[-4000:]

    def processes(self):
        """The folders in /proc of the process and its children."""
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            fields = stat_fields(stat)
            if fields and str(self.process.pid) in (stat.parent.name, fields[1]):
                yield stat.parent

    def cpu_seconds(self):
        """User and system time of the process and its children so far."""
        fields = [stat_fields(process / "stat") for process in self.processes()]
        return sum(int(each[11]) + int(each[12]) for each in fields if each) * TICK

    def settle(self, quiet=0.25, most=60):
        """Waits until the server has done what it put off (a log to write, garbage to collect): no thread runs or waits for the disk."""
        processes = list(self.processes())
        until, busy = time.monotonic() + most, time.monotonic()
        while (now := time.monotonic()) < until and now - busy < quiet:
            fields = [stat_fields(stat) for process in processes for stat in process.glob("task/*/stat")]
            # A thread that others keep from running is runnable all the same, so that a crowded machine does not look like rest.
            if any(each and each[0] in "RD" for each in fields):
                busy = now
            time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Peer:
    """One column of the comparison: a server and the path of each model on it."""

    def __init__(self, name, server, path, models):
        self.name = name
        self.server = server
        self.path = path
        self.models = models

    def has(self, model):
        return model in self.models

    def url(self, model):
        return self.server.address + self.path(model)

    def ask(self, model, body):
        request = urllib.request.Request(self.url(model), body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()
