"""Readers: tails, pages, figures, explanations, and odd parameters (2.5, and siblings)."""
import time

import bystander
from packages import VERSION, manifest, serve
from trial import entry
from wire import Connections, at_once


def tail(project):
    return f"GET /api/projects/{project}/queries/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode()


@entry("2.5", "400 tails of the bystander's queries", deadline=3)
def tails(t):
    with Connections(t.node, t.often(400), tail(bystander.PROJECT)) as connections:
        connections.hold(6)
        wrong = {status for status in connections.answers if status not in (200, 429, 503)}
        t.expect("200, 429 or 503", connections.answers and not wrong, wrong or "no answer")


@entry("n.17", "200 tails that never read, while much is asked", deadline=3)
def tails_that_never_read(t):
    problem = serve(t.node, manifest("tailed", [{"name": "x", "type": "float"}, {"name": "t", "type": "text"}]))
    t.expect("the project in service", problem is None, problem)
    rows = {"rows": [{"x": 1, "t": "a" * 20_000}] * 20}
    with Connections(t.node, t.often(200), tail("tailed")) as connections:
        connections.hold(0.5, read=False)
        answers = [t.node.post("/api/projects/tailed/predict", rows) for _ in range(t.often(100))]
        t.expect("all answered with 200", all(answer.status == 200 for answer in answers), answers[-1])
        connections.hold(2, read=False)


@entry("n.18", "300 downloads that nobody reads", deadline=3)
def downloads_that_nobody_reads(t):
    problem = serve(t.node, manifest("loaded"), {"noise.bin": t.random.randbytes(20_000_000)})
    t.expect("the project in service", problem is None, problem)
    request = b"GET /api/projects/loaded/releases/1.0.0/package HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with Connections(t.node, t.often(300), request) as connections:
        connections.hold(4, read=False)
        t.expect_status("health meanwhile", t.node.get("/v2/health/ready"), 200, within=1)


@entry("n.25", "replay and explanation of wide records by 40 callers at once", deadline=25)
def explanations(t):
    features = [{"name": f"f{number}", "type": "float"} for number in range(200)]
    problem = serve(t.node, manifest("explained", features))
    t.expect("the project in service", problem is None, problem)
    row = {feature["name"]: 1.5 for feature in features}
    for query_id in ("one", "two"):
        t.expect_status("a prediction", t.node.post("/api/projects/explained/predict", {"query_id": query_id, "rows": [row]}), 200)
    t.expect_status(
        "a prediction of 2,000 rows",
        t.node.post(
            "/api/projects/explained/predict", {"query_id": "many", "rows": [{name: value + 1 for name, value in row.items()}] * 1000}
        ),
        200,
        400,
        413,
    )
    time.sleep(0.3)
    for path in ("one/explain", "many:0/explain", "one/replay", "many:0/replay"):
        answers = at_once(t.often(40), lambda _: t.node.get(f"/api/projects/explained/queries/{path}", timeout=30))
        wrong = [answer for answer in answers if answer.status not in (200, 404, 409, 429, 503)]
        t.expect(f"200, 409, 429 or 503 from {path}", not wrong, wrong and wrong[0])


@entry("n.26", "parameters and deadlines of absurd size", deadline=3)
def absurd_parameters(t):
    problem = serve(t.node, manifest("absurd"))
    t.expect("the project in service", problem is None, problem)
    for value in (
        "99999999999h",
        "-1",
        "1e9s",
        "NaN",
        "0",
        "0.0000001ms",
        "9" * 10_000,
        "2s, 3s",
        "1 h",
        "\u0661s".encode().decode("latin-1"),
    ):
        t.expect_status(
            f"a deadline of '{value[:20]}'", t.node.predict("absurd", {"x": 1}, Progeny_Deadline=value), 200, 400, 431, 504, within=1
        )
    base = "/api/projects/absurd"
    for path in (
        "/metrics?step=0s",
        "/metrics?step=1ns",
        "/metrics?step=-10s",
        "/metrics?from=0001-01-01&to=9999-12-31&step=10s",
        "/metrics?from=9999-12-31&to=0001-01-01",
        "/metrics?step=99999999999d",
        "/metrics?by=nothing",
        "/queries?limit=-1",
        "/queries?limit=99999999999",
        "/queries?limit=2147483647",
        "/queries?before=-1",
        "/queries?before=9223372036854775808",
        "/queries?version=" + "x" * 7000,
        "/decisions?limit=2147483647",
        "/rollout/history?limit=1e9",
        "/jobs?limit=-5",
        f"/generations/{VERSION}/gates?before=nothing",
        "/generations/1.0.0:99999999999999999999",
        "/generations/1.0.0:-1",
        "/queries/x/explain?class=" + "x" * 7000,
        "/queries/x/explain?sequence=-1",
        "/queries/x/replay?sequence=99999999999999999999",
        "/experiments/999999999999999999999",
        "/experiments/-1",
    ):
        answer = t.node.get(base + path)
        t.expect_status(path[:60], answer, 200, 400, 404, 409, within=1)
        t.expect(f"an answer below 1 MiB to {path[:40]}", len(answer.body) < 1 << 20, len(answer.body))
    for body in (
        {"version": "1.0.0:1", "reason": "r" * 1_000_000},
        {"version": "1.0.0:1", "by": "b" * 1_000_000},
        {"version": "9" * 100_000 + ".0.0:1"},
    ):
        answer = t.node.post(base + "/promotions", body)
        t.expect_status("a promotion", answer, 200, 400, 404, 409, 413, within=2)
        t.expect("an answer below 64 KiB", len(answer.body) < 65536, f"{answer.status}, {len(answer.body)} bytes")
    plan = {"arms": [{"version": VERSION, "weight": 1e308}, {"version": VERSION, "weight": 1e308}]}
    t.expect_status("a plan of infinite weights", t.node.send("PUT", base + "/rollout", plan), 400, within=1)
    plan = {"arms": [{"version": VERSION, "weight": 1}] * 100_000}
    t.expect_status("a plan of 100,000 arms", t.node.send("PUT", base + "/rollout", plan), 400, 413, within=2)
