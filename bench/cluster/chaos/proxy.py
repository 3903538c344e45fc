"""A proxy in front of a server, a process of its own: reads 'SECONDS' a line, by which each packet is late from then on, both ways."""
import asyncio
import socket
import subprocess
import sys


class Proxy:
    """Starts one, and says how slow it is to be."""

    def __init__(self, host, port):
        command = ["/usr/bin/python3", "-B", __file__, host, str(port)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.port = int(self.process.stdout.readline())

    def delay(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()

    def close(self):
        self.process.terminate()
        self.process.wait()


async def carry(reader, writer, state):
    """Carries packets in their order, each as late as the others."""
    loop, waiting = asyncio.get_running_loop(), asyncio.Queue(1_000)

    async def receive():
        while True:
            try:
                content = await reader.read(65536)
            except OSError:
                content = b""
            await waiting.put((loop.time() + state["delay"], content))
            if not content:
                return

    receiving = asyncio.create_task(receive())
    try:
        while True:
            due, content = await waiting.get()
            if (left := due - loop.time()) > 0:
                await asyncio.sleep(left)
            if not content:
                return
            writer.write(content)
            await writer.drain()
    except OSError:
        pass
    finally:
        receiving.cancel()
        writer.close()


async def serve(host, port):
    state = {"delay": 0.0}

    async def accept(reader, writer):
        try:
            onward_reader, onward_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.transport.abort()
            return
        for each in (writer, onward_writer):
            each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(carry(reader, onward_writer, state), carry(onward_reader, writer, state), return_exceptions=True)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        state["delay"] = float(line)


if __name__ == "__main__":
    try:
        asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
    except KeyboardInterrupt:
        pass
