"""A private PostgreSQL of Debian's package on a loopback port."""
import os
import pathlib
import shutil
import subprocess

from node import free_port


class Postgres:
    @staticmethod
    def start(folder):
        """Starts one with its data in the folder; None where PostgreSQL is not installed."""
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        return Postgres(found[-1].parent, folder / "postgres") if found else None

    def __init__(self, programs, folder):
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.folder.mkdir()
        # PostgreSQL refuses to run as root; its package brings a user for it, who must come through to the folder.
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            folder.parent.chmod(0o711)
        self.data = self.folder / "data"
        self.run("initdb", "-D", self.data, "-U", "progeny", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        self.run(
            "pg_ctl",
            "-D",
            self.data,
            "-w",
            "-t",
            "60",
            "-l",
            self.folder / "log",
            "-o",
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off",
            "start",
        )
        self.run(
            "psql",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "progeny",
            "-d",
            "postgres",
            "-c",
            "CREATE TABLE facts AS SELECT i AS id, i % 7 AS x, CASE WHEN i % 2 = 0 THEN 'no' ELSE 'yes' END AS y"
            " FROM generate_series(1, 500) i;"
            "CREATE ROLE reader LOGIN; GRANT SELECT ON facts TO reader;",
        )
        self.connection_string = f"Host=127.0.0.1;Port={self.port};Database=postgres"

    def run(self, program, *arguments):
        command = [str(self.programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", timeout=90
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr}")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
