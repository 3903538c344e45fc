"""Network namespaces with addresses of their own, joined by a bridge; any of them can be cut off."""
import os
import subprocess

from trial import Skipped

NET = "10.77.{}"


class Network:
    """A bridge of this machine, and a namespace behind it for each name. All is removed in the end."""

    def __init__(self, names):
        if os.geteuid() != 0:
            raise Skipped("only root can make network namespaces")
        # Names of network devices have 15 characters at most.
        self.tag = f"pg{os.getpid() % 100000}"
        self.net = NET.format(os.getpid() % 200 + 10)
        self.numbers = {name: number for number, name in enumerate(names, 1)}
        self.bridge = f"{self.tag}br"
        try:
            run("ip", "link", "add", self.bridge, "type", "bridge", "forward_delay", "0")
            run("ip", "address", "add", f"{self.net}.254/24", "dev", self.bridge)
            run("ip", "link", "set", self.bridge, "up")
            for name in names:
                self.make(name)
        except BaseException:
            self.close()
            raise

    def make(self, name):
        space, port = self.space(name), self.port(name)
        run("ip", "netns", "add", space)
        run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "link", "set", port, "master", self.bridge, "up")
        within = ("ip", "-n", space)
        run(*within, "link", "set", "lo", "up")
        run(*within, "address", "add", f"{self.address(name)}/24", "dev", "eth0")
        run(*within, "link", "set", "eth0", "up")

    def space(self, name):
        return f"{self.tag}-{name}"

    def port(self, name):
        return f"{self.tag}v{self.numbers[name]}"

    def address(self, name):
        return f"{self.net}.{self.numbers[name]}"

    def place(self, name):
        return {"host": self.address(name), "space": self.space(name)}

    def prefix(self, name):
        return ["ip", "netns", "exec", self.space(name)]

    def cut(self, name):
        """Nothing comes through to it or from it any more. Its own device stays up: packets are lost, and nobody says so."""
        run("ip", "link", "set", self.port(name), "nomaster")

    def join(self, name):
        run("ip", "link", "set", self.port(name), "master", self.bridge)

    def separate(self, *names, apart=True):
        """Those named no longer reach each other, only the others; or they do again."""
        for name in names:
            run("bridge", "link", "set", "dev", self.port(name), "isolated", "on" if apart else "off")

    def close(self):
        for name in self.numbers:
            subprocess.run(["ip", "netns", "delete", self.space(name)], stderr=subprocess.DEVNULL, check=False)
            subprocess.run(["ip", "link", "delete", self.port(name)], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["ip", "link", "delete", self.bridge], stderr=subprocess.DEVNULL, check=False)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
