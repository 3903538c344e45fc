"""Bodies that claim, that come slowly, that unfold, and texts without a bound (1.4, 1.18, 2.11, 3.2, 3.3, and siblings)."""
import gzip
import json
import time

from node import MEBIBYTE
from packages import manifest, serve
from trial import entry
from wire import Connections, at_once, exchange, post_head, status_of

TEXTS = [{"name": "x", "type": "float"}, {"name": "t", "type": "text"}]
CLAIMED = 67108864


def texts_project(t, name):
    problem = serve(t.node, manifest(name, TEXTS))
    t.expect(f"{name} in service", problem is None, problem)
    return f"/api/projects/{name}/predict"


@entry("1.4", "700 connections that claim 64 MiB and send nine bytes", deadline=3)
def claimed_bodies(t):
    path = texts_project(t, "claimed")
    for number, where, length in ((450, path, CLAIMED), (700, "/v2/models/claimed/infer", CLAIMED), (700, path, 4 * MEBIBYTE - 1)):
        before = t.node.memory()
        with Connections(t.node, t.often(number), post_head(where, length) + b'{"rows": ') as connections:
            connections.hold(2)
            t.expect_status("health meanwhile", t.node.get("/v2/health/ready"), 200, within=1)
            grown = (t.node.memory() - before) / MEBIBYTE
            t.expect("less than 300 MB more", grown < 300, f"{grown:.0f} MB for {number} claims of {length} bytes")
            wrong = {status for status in connections.answers if status not in (408, 413, 429, 503)}
            t.expect("no answer, or 408, 413, 429, 503", not wrong, wrong)
    t.expect_status("a query afterwards", t.node.predict("claimed", {"x": 1, "t": "a"}, timeout=5), 200, within=1)


@entry("n.2", "600 bodies of 4 MB that do come, at once", deadline=10)
def large_bodies(t):
    path = texts_project(t, "large")
    # One byte short of its end, so that all are in memory at the same time.
    body = b'{"rows": [' + b" " * (4_000_000 - 30)
    heads = [post_head(path, 4_000_000)] * t.often(600)
    answers = at_once(len(heads), lambda number: status_of(exchange(t.node, heads[number] + body, timeout=6)), workers=100)
    t.expect(
        "no answer, or 400, 408, 413, 429, 503", all(status in (0, 400, 408, 413, 429, 503) for status in answers), sorted(set(answers))
    )
    t.expect_status("a query afterwards", t.node.predict("large", {"x": 1, "t": "a"}, timeout=5), 200, within=1)


@entry("1.18", "texts of 30 MB in the log, and who reads them", deadline=5)
def long_texts(t):
    path = texts_project(t, "texts")
    body = json.dumps({"rows": [{"x": 1, "t": "a" * 30_000_000}]}).encode()
    for _ in range(t.often(25)):
        t.expect_status("a text of 30 MB refused", t.node.post(path, body), 400, 413, within=2)
    t.expect_status("a text of 65,537 bytes refused", t.node.predict("texts", {"x": 1, "t": "a" * 65_537}), 400, 413)
    # As many as may be of those that are allowed.
    body = json.dumps({"rows": [{"x": 1, "t": "\u20ac" * 20_000} for _ in range(20)]}).encode()
    answers = [t.node.post(path, body) for _ in range(t.often(60))]
    t.expect("texts of 60,000 bytes answered", all(answer.status in (200, 400, 413) for answer in answers), answers[0])
    time.sleep(0.5)
    before = t.node.memory()
    pages = at_once(10, lambda _: t.node.get("/api/projects/texts/queries?limit=1000", timeout=30))
    t.expect_status("a page of the log", pages[0], 200)
    t.expect("a page of at most 16 MiB", len(pages[0].body) <= 16 * MEBIBYTE, f"{len(pages[0].body) / MEBIBYTE:.0f} MiB")
    t.expect("less than 500 MB for ten readers", (grown := (t.node.memory() - before) / MEBIBYTE) < 500, f"{grown:.0f} MB")
    page = t.node.get("/projects/texts/queries", timeout=30)
    t.expect(
        "the console's page of queries within 5 s and 4 MiB",
        page.status in (200, 404) and len(page.body) < 4 * MEBIBYTE and page.seconds < 5,
        f"{page.status}, {len(page.body)} bytes, {page.seconds:.1f} s",
    )


@entry("2.11", "1,030 bodies at 240 bytes a second take the places of a project", deadline=5)
def slow_bodies(t):
    path = texts_project(t, "slow-bodies")
    with Connections(t.node, t.often(1030), post_head(path, 17_000) + b'{"rows": [') as connections:
        for _ in range(4):
            connections.hold(1, drip=b" " * 60)
            t.expect_status(
                "a query of the same project meanwhile", t.node.predict("slow-bodies", {"x": 1, "t": "a"}, timeout=5), 200, within=1
            )


@entry("3.2", "a chunk that claims 2^64 bytes")
def endless_chunk(t):
    path = texts_project(t, "chunks")
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    for chunk in (b"10000000000000000\r\n{}", b"FFFFFFFFFFFFFFFF\r\n{}", b"-1\r\n{}", b"7fffffffffffffff\r\n{}", b"zz\r\n{}"):
        status = status_of(exchange(t.node, head + chunk, timeout=3))
        t.expect(
            f"400 or 413 for a chunk of {chunk[:16]}", status in (0, 400, 413) if chunk.startswith(b"7") else status in (400, 413), status
        )


@entry("3.3", "a shape of a million extents comes back in the error")
def long_shape(t):
    texts_project(t, "shapes")
    for shape in ([1] * 1_000_000, [0] * 1_000_000, [2**31] * 100_000):
        body = {"inputs": [{"name": "x", "datatype": "FP32", "shape": shape, "data": [1]}]}
        answer = t.node.post("/v2/models/shapes/infer", body)
        t.expect_status("the shape refused", answer, 400, 413, within=2)
        t.expect("an answer below 64 KiB", len(answer.body) < 65536, f"{len(answer.body)} bytes")
    answer = t.node.predict("shapes", {"x": "y" * 1_000_000, "t": "a"})
    t.expect(
        "an answer below 64 KiB", len(answer.body) < 65536 and answer.status in (400, 413), f"{answer.status}, {len(answer.body)} bytes"
    )
    answer = t.node.post("/v2/models/shapes/infer", {"inputs": [{"name": "z" * 1_000_000, "datatype": "FP32", "shape": [1], "data": [1]}]})
    t.expect(
        "an answer below 64 KiB", len(answer.body) < 65536 and answer.status in (400, 413), f"{answer.status}, {len(answer.body)} bytes"
    )


@entry("n.1", "gzip bombs as queries, tensors, outcomes and packages", deadline=5)
def gzip_bombs(t):
    path = texts_project(t, "bombs")
    spaces = gzip.compress(b" " * 50_000_000) * 20
    twice = gzip.compress(spaces, 9)
    packed = {"Content-Encoding": "gzip"}
    for what, where, more in (
        ("a query", path, {}),
        ("tensors", "/v2/models/bombs/infer", {}),
        ("outcomes", "/api/projects/bombs/outcomes", {}),
        ("a package", "/api/projects/bombs/releases", {"Content-Type": "application/zip"}),
        ("a job", "/api/projects/bombs/jobs", {}),
    ):
        answers = at_once(8, lambda _: t.node.post(where, spaces, headers={**packed, **more}, timeout=20))
        t.expect_status(f"{what} of a GB refused", max(answers, key=lambda answer: answer.seconds), 400, 413, 415, 429, 503, within=8)
    t.expect_status(
        "what is compressed twice refused", t.node.post(path, twice, headers={"Content-Encoding": "gzip, gzip"}), 400, 413, 415, within=2
    )
    lines = gzip.compress(b'{"query_id": "one", "outcome": "yes"}\n' * t.often(400_000), 6)
    answer = t.node.post("/api/projects/bombs/outcomes", lines, headers={**packed, "Content-Type": "application/x-ndjson"}, timeout=60)
    t.expect_status(f"{len(lines)} bytes of lines that unfold", answer, 200, 413, 429)
    endless = gzip.compress(b'{"query_id": "') + gzip.compress(b"a" * 50_000_000) * 20
    answer = t.node.post("/api/projects/bombs/outcomes", endless, headers={**packed, "Content-Type": "application/x-ndjson"}, timeout=20)
    t.expect_status("a line without an end refused", answer, 400, 413, within=2)


@entry("n.3", "floods of headers, of requests on one connection, and frames of HTTP/2", deadline=3)
def floods(t):
    head = b"GET /v2/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    many = b"".join(b"x-%d: %s\r\n" % (number, b"a" * 20) for number in range(10_000))
    for what, content in {
        "10,000 headers": head + many + b"\r\n",
        "a header of 4 MB": head + b"x: " + b"a" * 4_000_000 + b"\r\n\r\n",
        "a path of 4 MB": b"GET /" + b"a" * 4_000_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    }.items():
        status = status_of(exchange(t.node, content, timeout=3, most=64))
        t.expect(f"400, 414, 431 or a closed connection for {what}", status in (0, 400, 414, 431), status)
    # The preface of HTTP/2, then settings without an end, pings, and streams that are reset at once.
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    settings, ping = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"\x00" * 8
    resets = b"".join(
        b"\x00\x00\x03\x01\x05"
        + stream.to_bytes(4, "big")
        + b"\x82\x84\x86"
        + b"\x00\x00\x04\x03\x00"
        + stream.to_bytes(4, "big")
        + b"\x00\x00\x00\x08"
        for stream in range(1, 100_000, 2)
    )
    for content in (preface + settings * 100_000, preface + settings + ping * 100_000, preface + settings + resets):
        at_once(8, lambda _: exchange(t.node, content, timeout=2))
    # 200 times a thousand requests of which nobody reads the answers.
    with Connections(t.node, 200, b"") as connections:
        connections.hold(4, read=False, drip=(head + b"\r\n") * 50)
    t.expect_status("health", t.node.get("/v2/health/ready"), 200, within=1)


@entry("n.4", "JSON that is deep, long, or nothing", deadline=3)
def odd_json(t):
    path = texts_project(t, "json")
    outcomes = "/api/projects/json/outcomes"
    nested = b"[" * 1_000_000
    inside = b'{"outcomes": [{"query_id": "a", "outcome": ' + nested
    for where, body in (
        (path, nested),
        (outcomes, nested),
        (outcomes, inside),
        (outcomes, b'{"outcomes":' * 100_000),
        ("/api/projects/json/jobs", b'{"kind":' * 100_000),
        ("/api/projects/json/promotions", nested),
        ("/api/projects/json/offline/pause", b'{"reason": ' + nested),
        ("/api/projects/json/experiments", nested),
        (path, b'{"rows": [{"x": ' + b"9" * 1_000_000 + b', "t": "a"}]}'),
        (path, b'{"rows": [{"x": 1e' + b"9" * 100_000 + b', "t": "a"}]}'),
        (outcomes, b'{"outcomes": [{"query_id": "a", "outcome": ' + b"9" * 1_000_000 + b"}]}"),
        (outcomes, b"\xff\xfe" * 1000),
        (path, b"\x00" * 1000),
        (outcomes, b'{"outcomes": [{"query_id": "a", "outcome": NaN}]}'),
        (outcomes, b'{"outcomes": [{"query_id": "a", "outcome": "yes", "observed_at": "9999999999-01-01"}]}'),
    ):
        answer = t.node.post(where, body)
        t.expect_status(f"{body[:40]}... to {where}", answer, 400, 413, within=1)
        t.expect("an answer below 64 KiB", len(answer.body) < 65536, len(answer.body))
    lines = b'{"query_id": "a", "outcome": ' + nested[:60_000] + b"\n"
    answer = t.node.post(outcomes, lines, headers={"Content-Type": "application/x-ndjson"})
    t.expect_status("a deep line", answer, 400, within=1)


@entry("n.22", "forty queries of 100,000 rows at once", deadline=10)
def many_rows(t):
    problem = serve(t.node, manifest("rows"))
    t.expect("the project in service", problem is None, problem)
    body = b'{"rows":[' + b'{"x":1},' * 99_999 + b'{"x":1}]}'
    answers = at_once(t.often(40), lambda _: t.node.post("/api/projects/rows/predict", body, timeout=40), workers=40)
    t.expect(
        "200, 413, 429, 503 or 504",
        all(answer.status in (200, 413, 429, 503, 504) for answer in answers),
        sorted({answer.status for answer in answers}),
    )
    t.expect_status("the log, which writes what waits first", t.node.get("/api/projects/rows/queries?limit=10", timeout=60), 200, within=30)


@entry("n.5", "a query of 500 features in every row", deadline=10)
def wide_rows(t):
    features = [{"name": f"f{number}", "type": "float", "nullable": True} for number in range(500)]
    problem = serve(t.node, manifest("wide", features))
    if t.expect("the project in service", problem is None, problem):
        body = b'{"rows":[' + b"{}," * 99_999 + b"{}]}"
        answers = at_once(t.often(20), lambda _: t.node.post("/api/projects/wide/predict", body, timeout=40), workers=20)
        t.expect(
            "200, 400, 413, 429, 503 or 504",
            all(answer.status in (200, 400, 413, 429, 503, 504) for answer in answers),
            sorted({answer.status for answer in answers}),
        )
