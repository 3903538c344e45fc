"""A private PostgreSQL of Debian's package on a port of loopback, as it is delivered (fsync on), that counts its statements."""
import os
import pathlib
import shutil
import subprocess

from peers import TICK, free_port, stat_fields

ROLE = "progeny"
SETTINGS = (
    "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300",
    "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.max=10000")


class Postgres:
    def __init__(self, folder):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise RuntimeError("PostgreSQL is missing; as root on Debian: apt-get install postgresql")
        self.programs, self.folder, self.port = found[-1].parent, folder / "postgres", free_port()
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.folder.mkdir()
        # PostgreSQL refuses to run as root; its package brings a user for it, who must come through to the folder.
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            folder.chmod(0o711)
        self.run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        options = " ".join(f"-c {each}" for each in (f"port={self.port}", *SETTINGS))
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", self.log, "-o", options, "start", pipe=False)
        self.process = int((self.data / "postmaster.pid").read_text().split()[0])
        self.ask(f"CREATE ROLE {ROLE} LOGIN")
        self.ask("CREATE EXTENSION pg_stat_statements")

    def run(self, program, *arguments, pipe=True):
        command = [str(self.programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # A pipe that the server inherits would never end.
        output = subprocess.PIPE if pipe else subprocess.DEVNULL
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True, cwd="/", timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stdout or self.log.read_text(errors='replace')[-2000:]}")
        return done.stdout

    def ask(self, statement, database="postgres"):
        """Runs a statement as the administrator. Returns the fields of each line that came back."""
        options = ["-qAtX", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", "-d", database]
        output = self.run("psql", *options, "-c", statement)
        return [line.split("\t") for line in output.splitlines()]

    def new_database(self, name):
        """Makes a database. Returns the connection string that a member needs."""
        self.ask(f"CREATE DATABASE {name} OWNER {ROLE}")
        return f"Host=127.0.0.1;Port={self.port};Database={name};Username={ROLE}"

    def forget_statements(self):
        self.ask("SELECT pg_stat_statements_reset()")

    def statements(self):
        """(times, mean milliseconds, text) of each statement that members sent since they were forgotten, the most frequent first."""
        rows = self.ask(
            "SELECT sum(calls), sum(total_exec_time) / sum(calls), regexp_replace(left(query, 400), '\\s+', ' ', 'g')"
            f" FROM pg_stat_statements WHERE userid = '{ROLE}'::regrole GROUP BY 3 ORDER BY 1 DESC")
        return [(int(calls), float(mean), text) for calls, mean, text in rows]

    def sessions(self):
        """How many connections members have."""
        return int(self.ask(f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{ROLE}'")[0][0])

    def log_position(self):
        """How many bytes of write-ahead log there have been."""
        return int(self.ask("SELECT pg_current_wal_insert_lsn() - '0/0'")[0][0])

    def cpu_seconds(self):
        """User and system time of the server and its sessions, those that have ended included."""
        total = 0
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            fields = stat_fields(stat)
            if fields and stat.parent.name == str(self.process):
                total += sum(map(int, fields[11:15]))
            elif fields and fields[1] == str(self.process):
                total += sum(map(int, fields[11:13]))
        return total * TICK

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
