"""Other processes of the machine: ports and files (1.8, 1.20)."""
import os
import pathlib
import re
import socket

from node import MEBIBYTE
from trial import entry


def listening(process):
    """The addresses at which a process listens, as (address, port), IPv4 and IPv6."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{process}/fd").iterdir():
        try:
            found = re.match(r"socket:\[(\d+)\]", os.readlink(link))
        except OSError:
            continue
        if found:
            inodes.add(found[1])
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, port = fields[1].split(":")
                yield address, int(port, 16)


@entry("1.8", "Orleans' port for clients, and its port for silos")
def ports_of_orleans(t):
    found = sorted(listening(t.node.process.pid))
    others = [port for _, port in found if port != t.node.port]
    t.expect("one port beside HTTP, that of the silo", len(others) <= 1, others)
    t.expect("loopback only", all(address == "0100007F" for address, _ in found), found)
    for port in others:
        for content in (b"\x00" * 1000, b"\xff" * 1000, b"GET / HTTP/1.1\r\n\r\n", b"\x7f\xff\xff\x7f" * 2 + b"\x00" * 100_000):
            for _ in range(50):
                with socket.create_connection(("127.0.0.1", port), 2) as connection:
                    try:
                        connection.sendall(content)
                    except OSError:
                        pass
    t.expect("little memory for noise on it", t.node.memory() < 1500 * MEBIBYTE, t.node.memory())
    t.expect_status("health", t.node.get("/v2/health/ready"), 200, within=1)


@entry("1.20", "who may read the data folder")
def readable_files(t):
    t.node.predict("bystander", {})
    paths = [t.node.data, *t.node.data.rglob("*")]
    told = [str(path.relative_to(t.node.data)) for path in paths if path.lstat().st_mode & 0o077]
    t.expect("all files and folders for their owner only", not told, f"{len(told)} of {len(paths)}: {told[:5]}")
