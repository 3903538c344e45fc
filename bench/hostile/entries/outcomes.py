"""Outcomes and watermarks (1.19, 2.10, and siblings)."""
import json
import threading
import time

from packages import manifest, publish, serve
from trial import entry

LINES = {"Content-Type": "application/x-ndjson"}


@entry("1.19", "20,000 corrections of one id, beside a durable project", deadline=20)
def corrections(t):
    for name, serving in (("corrected", {}), ("durable", {"serving": {"log": "durable"}})):
        problem = serve(t.node, manifest(name, **serving))
        t.expect(f"{name} in service", problem is None, problem)
    lines = "".join(
        json.dumps({"query_id": "one", "outcome": ("yes", "no")[number % 2]}) + "\n" for number in range(t.often(20_000))
    ).encode()
    slowest, done = [], threading.Event()

    def ask():
        while not done.wait(0.1):
            slowest.append(t.node.predict("durable", {"x": 1}, timeout=30))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    answer = t.node.post("/api/projects/corrected/outcomes", lines, headers=LINES, timeout=60)
    done.set()
    asking.join(35)
    t.expect_status("the report", answer, 200, within=8)
    worst = max(slowest, key=lambda each: each.seconds)
    t.expect_status("a durable prediction meanwhile", worst, 200, within=1)
    t.expect_status("the query's history", t.node.query("corrected", "one"), 200, 404, within=1)


@entry("2.10", "a row with a watermark in the far future", deadline=20)
def far_watermark(t):
    features = [{"name": "x", "type": "float"}]
    pull = {"feed": "facts", "query": "SELECT query_id, outcome, changed FROM landed", "watermark": "changed", "every": "1s"}
    t.places.change("DELETE FROM landed")
    problem = serve(t.node, manifest("landing", features, outcomes=pull))
    t.expect("the project in service", problem is None, problem)
    for query_id in ("first", "second", "third"):
        t.expect_status("a prediction", t.node.post("/api/projects/landing/predict", {"query_id": query_id, "rows": [{"x": 1}]}), 200)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    t.places.change("INSERT INTO landed VALUES ('first', 'yes', ?), ('x', 'yes', '9999-12-31')", now)
    t.expect("the first outcome within 8 s", arrives(t, "first"), "none")
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    t.places.change("INSERT INTO landed VALUES ('second', 'yes', ?)", later)
    t.expect("a later outcome within 8 s", arrives(t, "second"), "none")
    t.expect(
        "a word about the row ahead",
        '"ahead":1' in (shown := t.node.get("/api/projects/landing/offline").text).replace(" ", ""),
        shown[:400],
    )


@entry("n.11", "watermarks that are no numbers, or great ones", deadline=20)
def odd_watermarks(t):
    pull = {"feed": "facts", "query": "SELECT query_id, outcome, changed FROM odd", "watermark": "changed", "every": "1s"}
    t.places.change("DROP TABLE IF EXISTS odd")
    t.places.change("CREATE TABLE odd (query_id TEXT, outcome TEXT, changed)")
    problem = serve(t.node, manifest("odd", outcomes=pull))
    t.expect("the project in service", problem is None, problem)
    for query_id in ("first", "second"):
        t.node.post("/api/projects/odd/predict", {"query_id": query_id, "rows": [{"x": 1}]})
    t.places.change(
        "INSERT INTO odd VALUES ('first', 'yes', 1), ('a', 'yes', 9e999), ('b', 'yes', -9e999), ('c', 'yes', 1.7e308), "
        "('d', 'yes', 9223372036854775807)"
    )
    first = arrives(t, "first", "odd")
    t.places.change("INSERT INTO odd VALUES ('second', 'yes', 2)")
    shown = None
    if not (first and arrives(t, "second", "odd")):
        shown = t.node.get("/api/projects/odd/offline").json
        told = json.dumps(shown.get("outcomes") or shown)
        t.expect(
            "the later rows read, or a word about them", any(word in told for word in ("behind", "ahead", "error", "watermark")), told[:400]
        )
    t.expect_status("the agent's view", t.node.get("/api/projects/odd/offline"), 200, within=1)


def arrives(t, query_id, project="landing", seconds=8):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = t.node.query(project, query_id)
        if answer.status == 200 and answer.json.get("outcome") is not None or '"outcomes":[{' in answer.text.replace(" ", ""):
            return True
        time.sleep(0.25)
    return False


@entry("n.12", "ids and entities of odd Unicode", deadline=5)
def odd_unicode(t):
    problem = serve(t.node, manifest("unicode"))
    t.expect("the project in service", problem is None, problem)
    ids = {
        "a lone surrogate": "a\ud800",
        "a surrogate the wrong way": "\udc00\ud800",
        "NUL": "a\x00b",
        "line breaks": "a\r\nSet-Cookie: x",
        "right to left": "\u202eabc",
        "combining": "e" + "\u0301" * 200,
        "not normalized": "\u212b",
        "a private character": "\U0010ffff",
        "spaces": "   ",
        "a slash": "../../x",
        "percent": "%00%2f",
        "too long": "\U0001f600" * 129,
        "zero width": "\u200b",
        "a byte order mark": "\ufeffx",
    }
    for what, query_id in ids.items():
        # JSON in which a lone surrogate is an escape.
        body = json.dumps({"query_id": query_id, "entity": query_id, "rows": [{"x": 1}]}).encode()
        answer = t.node.post("/api/projects/unicode/predict", body)
        t.expect_status(f"{what}", answer, 200, 400, within=1)
        report = t.node.post(
            "/api/projects/unicode/outcomes", json.dumps({"outcomes": [{"query_id": query_id, "outcome": "yes"}]}).encode()
        )
        t.expect_status(f"an outcome of {what}", report, 200, 400, within=1)
        if answer.status == 200:
            time.sleep(0.15)
            t.expect(f"{what} comes back as it is", answer.json["predictions"][0]["query_id"] == query_id, answer)
            found = t.node.query("unicode", query_id)
            t.expect(f"{what} found again", found.status == 200 and found.json["query_id"] == query_id, found)
    t.expect_status("the list of queries", t.node.get("/api/projects/unicode/queries"), 200)
    for name in ("a\u0000b", "..", "%2e%2e", "\u202egnp", "a" * 300, "CON", "a b", "\u0430dmin"):
        answer = publish(t.node, manifest("named") | {"name": name})
        t.expect("a status of 4xx, or a project by that name", answer.status in (201, 400, 404, 405, 0), answer)


@entry("n.21", "outcomes by the hundred thousand of ids that nobody asked", deadline=20)
def unmatched(t):
    problem = serve(t.node, manifest("unmatched", metrics=[{"name": "hit", "value": "label = outcome"}]))
    t.expect("the project in service", problem is None, problem)
    lines = "".join(f'{{"query_id": "{t.random.getrandbits(200):x}", "outcome": "yes"}}\n' for _ in range(t.often(300_000))).encode()
    t.expect_status("the report", t.node.post("/api/projects/unmatched/outcomes", lines, headers=LINES, timeout=60), 200, 413, 429)
    time.sleep(3)
    t.expect_status("feedback", t.node.get("/api/projects/unmatched/feedback"), 200, within=3)
