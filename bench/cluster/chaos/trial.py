"""A part of the benchmark: what it found, and its figures."""
import sys
import time

PARTS = {}


def part(title):
    """Registers a function as a part, by its own name."""

    def register(function):
        PARTS[function.__name__] = (title, function)
        return function

    return register


class Skipped(Exception):
    """What a part needs is missing on this machine."""


class Trial:
    def __init__(self, name, options, folder):
        self.name, self.options, self.folder = name, options, folder
        self.figures, self.discrepancies = {}, []
        self.began = time.monotonic()

    @property
    def quick(self):
        return self.options.quick

    def note(self, text):
        print(f"{self.name} {time.monotonic() - self.began:6.1f}: {text}", file=sys.stderr, flush=True)

    def discrepancy(self, text):
        self.discrepancies.append(text)
        print(f"discrepancy {self.name} {time.monotonic() - self.began:.1f}: {text}", flush=True)

    def expect(self, condition, text):
        if not condition:
            self.discrepancy(text)
        return condition

    def figure(self, name, value):
        self.figures[name] = value

    def most(self, name, value):
        self.figures[name] = max(self.figures.get(name, 0), value)

    def at(self, moment):
        """A moment of time.monotonic() as the notes show it."""
        return moment - self.began
