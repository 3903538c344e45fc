"""One run of one entry: what it may use, what it expects, and what is measured meanwhile."""
import os
import random
import threading
import time
from dataclasses import dataclass, field

from node import MEBIBYTE

ENTRIES = []
MEMORY_LIMIT = 6 * 1024 * MEBIBYTE


@dataclass(frozen=True)
class Entry:
    """A hostile input of the review, under its number there."""

    name: str
    title: str
    run: object
    deadline: float
    needs: tuple
    restarts: int
    watch: float


def entry(name, title, deadline=2, needs=(), restarts=1, watch=1.5):
    """Registers a function as an entry. Its deadline is the seconds that a caller whom it concerns waits; past them nobody else may be
    slow on its account. After it the node is restarted so often, and watched so many seconds each time."""

    def register(function):
        ENTRIES.append(Entry(name, title, function, deadline, tuple(needs), restarts, watch))
        return function

    return register


class Skipped(Exception):
    """An entry cannot run here; the text says what it lacks."""


@dataclass
class Trial:
    """What an entry's function gets: the node, its surroundings, and `expect`."""

    node: object
    places: object
    quick: bool
    random: random.Random
    failures: list = field(default_factory=list)

    def expect(self, what, holds, got=""):
        """Notes a failure where it does not hold; the entry goes on. Returns whether it holds."""
        if not holds:
            self.failures.append(f"expected {what}, got {got}")
        return bool(holds)

    def expect_status(self, what, answer, *allowed, within=None):
        late = within is not None and answer.seconds > within
        statuses = " or ".join(map(str, allowed))
        return self.expect(f"{what}: {statuses}" + (f" within {within} s" if within else ""), answer.status in allowed and not late, answer)

    def often(self, number):
        """The number, or a tenth of it in a quick run."""
        return max(1, number // 10) if self.quick else number


class MemoryWatch(threading.Thread):
    """The growth of the node's memory; ends the node before the kernel would end something else."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node, self.done, self.killed = node, threading.Event(), False
        self.first = self.most = node.memory()

    def run(self):
        while not self.done.wait(0.05):
            now = self.node.memory()
            self.most = max(self.most, now)
            if now - self.first > MEMORY_LIMIT:
                self.killed = True
                self.node.kill()
                return

    def stop(self):
        self.done.set()
        self.join()

    @property
    def growth_mb(self):
        return (self.most - self.first) / MEBIBYTE


def run_limited(function, trial, seconds):
    """Runs an entry on a thread of low priority, so that the attacker takes no processor time from the node. Returns whether it
    ended in time."""
    caught = []

    def work():
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        try:
            function(trial)
        except Exception as error:  # what an entry throws is its result, and is shown
            caught.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    until = time.monotonic() + seconds
    while thread.is_alive() and time.monotonic() < until:
        thread.join(0.1)
    if caught:
        raise caught[0]
    return not thread.is_alive()
