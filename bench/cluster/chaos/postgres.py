"""A PostgreSQL server of a part, with fsync on, and sessions of the script's own in it."""
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import time

ROLE = "progeny"


class Postgres:
    def __init__(self, folder, port, host="127.0.0.1", prefix=(), max_connections=300, settings=()):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise RuntimeError("PostgreSQL is missing; as root on Debian: apt-get install postgresql")
        self.programs, self.folder, self.port, self.host, self.prefix = found[-1].parent, folder, port, host, list(prefix)
        self.data, self.log = folder / "data", folder / "log"
        self.settings = [f"max_connections={max_connections}", "superuser_reserved_connections=3", *settings]
        folder.mkdir(exist_ok=True)
        # PostgreSQL refuses to run as root; its package brings a user for it.
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self.run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        with open(self.data / "pg_hba.conf", "a") as access:
            access.write("host all all 10.0.0.0/8 trust\n")
        self.start()
        self.ask(f"CREATE ROLE {ROLE} LOGIN; CREATE ROLE hog LOGIN;")
        self.ask(f"CREATE DATABASE progeny OWNER {ROLE}")

    def run(self, program, *arguments, check=True, timeout=90):
        command = [str(self.programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run([*self.prefix, *command], **pipes, text=True, cwd="/", timeout=timeout)
        if check and done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stdout}")
        return done

    def start(self, wait=60):
        options = [f"port={self.port}", f"listen_addresses={self.host}", "unix_socket_directories=", *self.settings]
        command = [self.programs / "pg_ctl", "-D", self.data, "-w", "-t", wait, "-l", self.log]
        command += ["-o", " ".join(f"-c {each}" for each in options), "start"]
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # A pipe that the server inherits would never end.
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        done = subprocess.run([*self.prefix, *user, *map(str, command)], **pipes, cwd="/", timeout=wait + 30)
        if done.returncode != 0:
            raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "60", "stop", check=False)

    def runs(self):
        return self.run("pg_ctl", "-D", self.data, "status", check=False).returncode == 0

    def ask(self, statement, database="postgres"):
        """Runs statements as the administrator. Returns the lines of what came back."""
        done = self.run(
            "psql", "-qAtX", "-h", self.host, "-p", self.port, "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", statement
        )
        return done.stdout.splitlines()

    def sessions(self):
        return int(self.ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")[0])

    def connection_string(self, host=None, port=None):
        return f"Host={host or self.host};Port={port or self.port};Database=progeny;Username={ROLE}"


class Hogs:
    """Takes all connections that a server has to give, and those that its other clients lose."""

    def __init__(self, server):
        self.server, self.taken, self.ended = server, [], False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ended:
            connection = self.connect()
            if connection is None:
                time.sleep(0.02)
            else:
                self.taken.append(connection)

    def connect(self):
        """A session as the protocol of PostgreSQL begins one; None where it is refused."""
        try:
            connection = socket.create_connection((self.server.host, self.server.port), 5)
            parameters = b"user\0hog\0database\0postgres\0\0"
            connection.sendall(struct.pack("!ii", 8 + len(parameters), 196608) + parameters)
            if connection.recv(1) == b"R":
                return connection
            connection.close()
        except OSError:
            pass
        return None

    def release(self):
        self.ended = True
        self.thread.join()
        for connection in self.taken:
            connection.close()
