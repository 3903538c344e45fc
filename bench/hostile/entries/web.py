"""Web pages, and what a browser makes of answers (1.5, 3.4)."""
import base64
import http.server
import json
import subprocess
import tempfile
import threading
import time

import packages
from packages import manifest, publish, serve
from trial import entry
from wire import exchange, status_of


def drive(t, marker):
    """The package of the review: published by a page, its command runs within seconds."""
    settings = manifest(
        "drive",
        pipeline={"command": ["touch", str(marker)], "timeout": "5s"},
        retrain={"when": "1 = 1"},
        source={"feed": "facts", "query": "SELECT x, y, id FROM facts", "ordinal": "id"},
    )
    return packages.package(settings)


@entry("1.5", "requests that a web page can send: no type, a foreign host, origin or site")
def requests_of_pages(t):
    problem = serve(t.node, manifest("shown"))
    t.expect("the project in service", problem is None, problem)
    marker = t.places.folder / "driven"
    content = drive(t, marker)

    def raw(path, body, *headers):
        lines = [f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}", "Connection: close", *headers]
        return status_of(exchange(t.node, ("\r\n".join(lines) + "\r\n\r\n").encode() + body))

    host = f"Host: 127.0.0.1:{t.node.port}"
    for path, body in (
        ("/api/projects/drive/releases", content),
        ("/api/projects/shown/predict", b'{"rows": [{"x": 1}]}'),
        ("/api/projects/shown/jobs", b'{"kind": "train"}'),
        ("/api/projects/shown/offline/pause", b'{"reason": "x"}'),
        ("/api/projects/shown/outcomes", b'{"outcomes": []}'),
    ):
        t.expect(f"415 without a type to {path}", (status := raw(path, body, host)) == 415, status)
        t.expect(f"415 with text/plain to {path}", (status := raw(path, body, host, "Content-Type: text/plain")) == 415, status)
    for path in (
        "/api/projects/shown/offline/pause",
        "/api/projects/shown/offline/resume",
        "/api/jobs/x/cancel",
        "/api/projects/shown/predict",
        "/api/projects/drive/releases",
    ):
        for header in (
            "Origin: http://evil.example",
            "Origin: null",
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-site",
            f"Origin: http://127.0.0.1:{t.node.port + 1}",
        ):
            t.expect(f"403 for '{header}' to {path}", (status := raw(path, b"", host, header)) == 403, status)
    for evil in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::ffff:1.2.3.4]", "169.254.169.254"):
        received = exchange(t.node, f"GET /api/projects HTTP/1.1\r\nHost: {evil}\r\nConnection: close\r\n\r\n".encode())
        t.expect(f"421 for the host {evil}", status_of(received) in (400, 421), status_of(received))
    t.expect_status("no project 'drive'", t.node.get("/api/projects/drive"), 404)
    t.expect("no command run", not marker.exists(), marker)


PAGE = """<!doctype html><script>
const node = "http://127.0.0.1:{port}", bytes = Uint8Array.from(atob("{package}"), c => c.charCodeAt(0));
const tries = {
    blob: () => fetch(node + "/api/projects/drive/releases", {method: "POST", mode: "no-cors", body: new Blob([bytes])}),
    plain: () => fetch(node + "/api/projects/drive/releases",
        {method: "POST", mode: "no-cors", body: new Blob([bytes], {type: "text/plain"})}),
    zip: () => fetch(node + "/api/projects/drive/releases", {method: "POST", body: new Blob([bytes], {type: "application/zip"})}),
    pause: () => fetch(node + "/api/projects/bystander/offline/pause", {method: "POST", mode: "no-cors"}),
    beacon: () => Promise.resolve(navigator.sendBeacon(node + "/api/projects/drive/releases", new Blob([bytes]))),
    read: () => fetch(node + "/api/projects").then(answer => answer.text())};
(async () => {
    const seen = {};
    for (const [name, attempt] of Object.entries(tries))
        seen[name] = await attempt().then(answer => String(answer), error => "error: " + error);
    await fetch("/done", {method: "POST", body: JSON.stringify(seen)});
})();
</script>"""


class PageServer(http.server.BaseHTTPRequestHandler):
    """Serves the page of another origin, and hears what its script saw."""

    def do_GET(self):
        content = self.server.page.encode() if self.path == "/" else b""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        self.server.seen = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.done.set()

    def log_message(self, *_):
        pass


@entry("1.5.browser", "a page of another origin in a real browser", deadline=20, needs=["chromium"])
def page_in_a_browser(t):
    marker = t.places.folder / "driven-by-a-page"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PageServer)
    server.done, server.seen = threading.Event(), None
    server.page = PAGE.replace("{port}", str(t.node.port)).replace("{package}", base64.b64encode(drive(t, marker)).decode())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = None
    try:
        with tempfile.TemporaryDirectory(dir=t.places.folder) as profile:
            browser = subprocess.Popen(
                [
                    t.places.chromium,
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-background-networking",
                    "--no-first-run",
                    f"--user-data-dir={profile}",
                    f"http://127.0.0.1:{server.server_port}/",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            came = server.done.wait(30)
            browser.terminate()
            browser.wait(20)
        t.expect("the page to have run", came, "no word from the browser")
        t.expect("the page to read nothing of the node", server.seen and server.seen["read"].startswith("error"), server.seen)
        time.sleep(2)
        t.expect_status("no project 'drive'", t.node.get("/api/projects/drive"), 404)
        t.expect("no command run", not marker.exists(), marker)
        offline = t.node.get("/api/projects/bystander/offline")
        t.expect("the bystander's agent not paused", offline.status == 200 and not offline.json.get("paused"), offline)
    finally:
        server.shutdown()
        server.server_close()
        if browser and browser.poll() is None:
            browser.kill()
            browser.wait()


@entry("3.4", "answers that a browser could take for something else")
def nosniff(t):
    problem = serve(t.node, manifest("sniffed"))
    t.expect("the project in service", problem is None, problem)
    publish(
        t.node,
        manifest(
            "sniffed-job",
            pipeline={"command": ["sh", "-c", "echo 'alert(1)'; exit 1"]},
            source={"feed": "facts", "query": "SELECT x, y, id FROM facts", "ordinal": "id"},
        ),
    )
    job = packages.train(t.node, "sniffed-job")
    for path in (
        "/",
        "/api/projects",
        "/api/about",
        f"/api/jobs/{job['id']}/log",
        "/api/projects/sniffed/generations/1.0.0:1/model",
        "/api/projects/sniffed/releases/1.0.0/package",
        "/metrics",
        "/v2/health/ready",
        "/nowhere",
        "/api/projects/nowhere",
    ):
        answer = t.node.get(path)
        t.expect(f"nosniff on {path}", answer.headers.get("x-content-type-options") == "nosniff", answer.headers)
