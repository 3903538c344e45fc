"""A node of its own, asked over HTTP as anybody would ask it."""
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "serving"))
from peers import Server, run_main  # noqa: F401

PATIENCE = 600


class Refused(RuntimeError):
    def __init__(self, status, what, detail):
        super().__init__(f"{what}: {status} {detail}")
        self.status = status


class Service:
    """The node's API over one connection that is kept."""

    def __init__(self, gateway, progeny, folder, settings):
        self.progeny = progeny
        self.folder = folder
        # Those that look now and then look often, since a stream's day lasts a blink here.
        settings = {"OfflineAgent:CheckSeconds": "0.2", "Experiments:CheckSeconds": "0.2", "Logging:LogLevel:Default": "Warning", **settings}
        self.server = Server("The node", lambda server: [
            "dotnet", gateway, "--urls", server.address, "--Data", str(folder / "data"),
            *(part for name, value in settings.items() for part in (f"--{name}", value))], folder / "node.log")
        self.server.wait_until_up()
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)

    def send(self, method, path, body=None, media="application/json"):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        try:
            self.connection.request(method, path, data, {"Content-Type": media} if data is not None else {})
            response = self.connection.getresponse()
            text = response.read()
        except (http.client.HTTPException, OSError) as error:
            self.server.check_alive()
            raise RuntimeError(f"{method} {path}: {error}\n{self.server.last_words()}") from error
        if response.status >= 400:
            try:
                detail = json.loads(text)
                detail = f"{detail.get('detail')} {detail.get('errors', '')}"
            except ValueError:
                detail = text.decode(errors="replace")
            raise Refused(response.status, f"{method} {path}", detail)
        return json.loads(text) if text else None

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body):
        return self.send("POST", path, body)

    def until(self, what, ask):
        """Asks until there is an answer that is neither false nor None."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if answer := ask():
                return answer
            time.sleep(0.02)
        raise RuntimeError(f"{what} did not happen within {PATIENCE} s.\n{self.server.last_words()}")

    def release(self, project, manifest, files):
        """Publishes a project: its manifest and its files by name."""
        with tempfile.TemporaryDirectory(prefix=f"{project}-", dir=self.folder) as folder:
            for name, text in {"progeny.yaml": manifest, **files}.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run(
                ["dotnet", self.progeny, "project", "release", "--path", folder, "--server", self.server.address], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"The release of {project} failed: {done.stderr.strip() or done.stdout.strip()}")

    def train(self, project, release):
        """Trains a generation and waits for it."""
        job = self.post(f"/api/projects/{project}/jobs", {"kind": "train", "release": release})
        ended = self.until("The training", lambda: (info := self.get(f"/api/jobs/{job['id']}"))["status"] in ("succeeded", "failed", "cancelled") and info)
        if ended["status"] != "succeeded":
            raise RuntimeError(f"The training of {project} {release} {ended['status']}: {ended['message']}")
        return ended

    def generations(self, project):
        return self.get(f"/api/projects/{project}/generations")

    def in_force(self, project):
        """The versions that answer queries, the one in charge first, once this node follows the newest plan; none until then."""
        plan = self.get(f"/api/projects/{project}/rollout")
        if not plan.get("in_force") or not plan.get("champion"):
            return []
        arms = sorted(plan["arms"], key=lambda arm: arm["name"] != plan["champion"])
        return [arm["generation"].split("@")[-1] for arm in arms]

    def replay(self, project, query):
        return self.get(f"/api/projects/{project}/queries/{urllib.parse.quote(query, safe='')}/replay")

    def stop(self):
        self.connection.close()
        self.server.stop()
