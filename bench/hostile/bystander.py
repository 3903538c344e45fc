"""Another project on the node: 200 queries a second at fixed times, whether the answers before have come or not.

As a program it sends the queries; `Bystander` starts it, and reads what it wrote: a line a query with its number, its latency in
milliseconds since it was due, and 1 where it was answered rightly.
"""
import asyncio
import json
import math
import pathlib
import subprocess
import sys
import time

PROJECT = "bystander"
ROW = {f"f{number}": 0.25 * number for number in range(10)}
RATE = 200
CONNECTIONS = 16
PATIENCE = 30


class Load:
    def __init__(self, port, output):
        body = json.dumps({"rows": [ROW]}).encode()
        head = f"POST /api/projects/{PROJECT}/predict HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.request, self.port, self.output = head.encode() + body, port, output
        self.free = asyncio.Queue()

    async def exchange(self, connection):
        reader, writer = connection or await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        if "content-length" in fields:
            await reader.readexactly(int(fields["content-length"]))
        else:
            while (size := int(await reader.readuntil(b"\r\n"), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        return (reader, writer), " 200 " in head.partition("\r\n")[0]

    async def ask(self, number, due):
        connection, right = await self.free.get(), False
        try:
            connection, right = await asyncio.wait_for(self.exchange(connection), PATIENCE)
        except (OSError, EOFError, ValueError, asyncio.TimeoutError):
            if connection:
                connection[1].close()
            connection = None
        self.free.put_nowait(connection)
        self.output.write(f"{number} {(time.monotonic() - due) * 1000:.3f} {int(right)}\n")
        self.output.flush()

    async def run(self):
        for _ in range(CONNECTIONS):
            self.free.put_nowait(None)
        began, number, tasks = time.monotonic(), 0, set()
        self.output.write(f"{began}\n")
        self.output.flush()
        while True:
            due = began + number / RATE
            await asyncio.sleep(max(0, due - time.monotonic()))
            task = asyncio.create_task(self.ask(number, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1


class Bystander:
    """The running load, and what it has seen so far."""

    def __init__(self, port, file):
        self.file = pathlib.Path(file)
        self.file.write_text("")
        self.process = subprocess.Popen([sys.executable, "-B", __file__, str(port), str(file)], stdin=subprocess.DEVNULL)

    def latencies(self, start, end):
        """Milliseconds of the queries that were due between two times of the monotonic clock, in their order. A query without an answer
        takes as long as it has waited, one with a wrong answer for ever."""
        began, *lines = self.file.read_text().splitlines() or [str(end)]
        began, now, known = float(began), time.monotonic(), {}
        for line in lines:
            fields = line.split(" ")
            if len(fields) == 3 and fields[2]:
                known[int(fields[0])] = float(fields[1]) if fields[2] == "1" else math.inf
        first, last = math.ceil((start - began) * RATE), math.floor((min(end, now) - began) * RATE)
        return [known.get(number, (now - began - number / RATE) * 1000) for number in range(max(0, first), last)]

    def stop(self):
        self.process.kill()
        self.process.wait()


def p99(latencies):
    return sorted(latencies)[min(len(latencies) - 1, int(0.99 * len(latencies)))] if latencies else math.inf


def slow_seconds(latencies, limit):
    """The longest run of whole seconds in each of which the p99 was above the limit."""
    longest = run = 0
    for second in range(0, len(latencies), RATE):
        run = run + 1 if p99(latencies[second : second + RATE]) > limit else 0
        longest = max(longest, run)
    return longest


if __name__ == "__main__":
    with open(sys.argv[2], "w", encoding="ascii") as written:
        asyncio.run(Load(int(sys.argv[1]), written).run())
