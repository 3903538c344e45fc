"""Requests that no HTTP client would send: many at once, half of them, or bytes of one's own."""
import concurrent.futures
import selectors
import socket
import time


def at_once(number, function, workers=64):
    """Calls the function with 0, 1, ... on many threads. Returns what it returned, in order."""
    with concurrent.futures.ThreadPoolExecutor(min(number, workers)) as pool:
        return list(pool.map(function, range(number)))


def exchange(node, content, timeout=5, most=65536):
    """Sends bytes and returns what comes back until the node closes, the time is over or enough has come."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", node.port), timeout) as connection:
            connection.sendall(content)
            until = time.monotonic() + timeout
            while len(received) < most and (left := until - time.monotonic()) > 0:
                connection.settimeout(left)
                chunk = connection.recv(65536)
                if not chunk:
                    break
                received += chunk
    except OSError:
        pass
    return received


def status_of(received):
    """The status of a raw answer, 0 where there is none."""
    parts = received.split(b" ", 2)
    return int(parts[1]) if len(parts) > 1 and parts[1][:3].isdigit() else 0


def post_head(path, length, kind="application/json", *more):
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {kind}", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Connections:
    """Many connections that are held open; what the node sends is read, unless it is told otherwise."""

    def __init__(self, node, number, content):
        self.selector = selectors.DefaultSelector()
        self.open, self.answers = [], []
        for _ in range(number):
            try:
                connection = socket.create_connection(("127.0.0.1", node.port), 2)
                connection.sendall(content)
                connection.setblocking(False)
            except OSError:
                continue
            self.open.append(connection)
            self.selector.register(connection, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def hold(self, seconds, read=True, drip=b"", every=0.25):
        """Holds them so long, and sends each the drip again and again. Keeps the beginnings of answers."""
        until, next_drip = time.monotonic() + seconds, time.monotonic()
        while (now := time.monotonic()) < until:
            if drip and now >= next_drip:
                next_drip = now + every
                for connection in list(self.open):
                    try:
                        connection.send(drip)
                    except BlockingIOError:
                        pass
                    except OSError:
                        self.drop(connection)
            if not read:
                time.sleep(0.05)
                continue
            for key, _ in self.selector.select(0.05):
                try:
                    chunk = key.fileobj.recv(65536)
                except OSError:
                    chunk = b""
                if not chunk:
                    self.drop(key.fileobj)
                elif chunk.startswith(b"HTTP/1.1 "):
                    self.answers.append(status_of(chunk))

    def drop(self, connection):
        self.selector.unregister(connection)
        self.open.remove(connection)
        connection.close()

    def close(self):
        for connection in list(self.open):
            self.drop(connection)
        self.selector.close()
