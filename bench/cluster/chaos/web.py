"""Requests over HTTP: single ones, and those of a client that keeps its connection."""
import ctypes
import http.client
import json
import threading
import time
from dataclasses import dataclass

CLONE_NEWNET = 0x40000000


@dataclass
class Answer:
    """An answer; status 0 stands for none (refused, closed or late), and text says why."""

    status: int
    body: bytes
    seconds: float
    headers: dict

    @property
    def ok(self):
        return 200 <= self.status < 300

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} after {self.seconds:.2f} s: {self.text[:300]}"


class Channel:
    """A connection that is kept between requests, and made again when it broke."""

    def __init__(self, host, port, timeout=10):
        self.host, self.port, self.timeout = host, port, timeout
        self.connection = None

    def send(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if method == "POST":
            headers.setdefault("Content-Type", "application/json")
        began = time.monotonic()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            content = response.read()
            if response.will_close:
                self.close()
            received = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, content, time.monotonic() - began, received)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(0, repr(error).encode(), time.monotonic() - began, {})

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def send(host, port, method, path, body=None, headers=None, timeout=10, space=None):
    """Sends one request; from within a network namespace where one is named."""

    def once():
        channel = Channel(host, port, timeout)
        try:
            return channel.send(method, path, body, headers)
        finally:
            channel.close()

    return within(space, once) if space else once()


def within(space, function):
    """Calls a function on a thread that is in a network namespace."""
    answers = []

    def run():
        try:
            enter(space)
            answers.append(function())
        except BaseException as error:  # noqa: B902 (handed to the caller)
            answers.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if isinstance(answers[0], BaseException):
        raise answers[0]
    return answers[0]


def enter(space):
    """Puts the calling thread into a network namespace, for good."""
    with open(f"/run/netns/{space}") as handle:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {space}")


def at_once(functions):
    """Calls functions at the same time. Returns what they returned, in order; an exception is raised."""
    results = [None] * len(functions)

    def run(index):
        try:
            results[index] = functions[index]()
        except BaseException as error:  # noqa: B902 (handed to the caller)
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
