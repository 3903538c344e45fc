"""Feeds and sources: what SQL of a project does to the databases of others (1.2, 2.6, 2.9, 2.12, 3.1)."""
import time

import places
from packages import job_log, manifest, publish, serve, train, wait_for_job
from trial import entry

ENDLESS = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i AS x, 'yes' AS y, i AS id FROM c"


def augmentation(name, feed, query, feature, **more):
    return {"name": name, "feed": feed, "query": query, "features": [feature], "deadline": "500ms", "cache": "1s", **more}


@entry("1.2", "fts3_tokenizer through a feed and through a file")
def fts3_tokenizer_in_feeds(t):
    features = [
        {"name": "x", "type": "float"},
        {"name": "a", "type": "float", "nullable": True},
        {"name": "b", "type": "float", "nullable": True},
    ]
    problem = serve(
        t.node,
        manifest(
            "feeding",
            features,
            augment=[
                augmentation("one", "facts", "SELECT fts3_tokenizer('simple', :ptr) IS NULL AS a", "a"),
                augmentation("two", "facts", "SELECT count(*) + :n AS b FROM fts3tokenize", "b"),
            ],
        ),
    )
    if problem is None:
        for _ in range(5):
            t.expect_status(
                "a prediction without the feed's answer", t.node.predict("feeding", {"x": 1, "ptr": "AAAAAAAA", "n": 1}), 200, 400, 503
            )
        record = t.node.get("/api/projects/feeding/queries?limit=1").text
        t.expect("nothing found by the feed", '"a":1' not in record.replace(" ", ""), record[:300])
    for number, query in enumerate(
        ("SELECT x, y, fts3_tokenizer('simple', 'AAAAAAAA') AS id FROM rows", "SELECT 1 AS x, 'yes' AS y, count(*) AS id FROM fts3tokenize")
    ):
        name = f"file-{number}"
        settings = manifest(name, pipeline={"command": ["true"]}, source={"file": "rows.csv", "query": query, "ordinal": "id"})
        if publish(t.node, settings, {"rows.csv": "x,y\n1,yes\n2,no\n"}).status == 201:
            job = train(t.node, name)
            t.expect(
                f"the training of {name} failed",
                job["status"] == "failed" and "fts3" in str(job.get("message")),
                f"{job['status']}: {job.get('message')}",
            )


@entry("2.6", "sources without an end: rows, sorting, values, time", deadline=10)
def endless_sources(t):
    sources = {
        "rows": ENDLESS,
        "sorted": ENDLESS + " ORDER BY -i",
        "values": "SELECT 1 AS x, hex(zeroblob(200000000)) AS y, 1 AS id",
        "allowed-values": "SELECT 1 AS x, printf('%400000000d', 1) AS y, 1 AS id",
        "one-call": "SELECT instr(replace(printf('%1000000d', 0), ' ', 'ab'), replace(printf('%400000d', 0), ' ', 'ab')||'x') AS x, "
        "'yes' AS y, c.id AS id "
        "FROM facts c, facts d, facts e",
        "join": "SELECT sum(a.x * b.x * c.x * d.x) AS x, 'yes' AS y, 1 AS id FROM facts a, facts b, facts c, facts d",
    }
    for name, query in sources.items():
        source = {"feed": "facts", "query": query, "ordinal": "id", "timeout": "2s"}
        answer = publish(t.node, manifest(f"endless-{name}", pipeline={"command": ["true"]}, source=source))
        if not t.expect_status(f"{name} released, or refused", answer, 201, 400) or answer.status == 400:
            continue
        began, stored = time.monotonic(), t.node.stored_bytes()
        job = train(t.node, f"endless-{name}", 15)
        t.expect(
            f"the training on {name} failed within 8 s",
            job["status"] == "failed" and time.monotonic() - began < 8,
            f"{job['status']}: {job.get('message')}",
        )
        t.expect("no more than 500 MB kept", t.node.stored_bytes() - stored < 500e6, f"{(t.node.stored_bytes() - stored) / 1e6:.0f} MB")
    cancelled(t, "endless-join")


def cancelled(t, name):
    """A cancel ends the reading of a source at once."""
    job = t.node.post(f"/api/projects/{name}/jobs", {"kind": "train"}).json
    time.sleep(0.5)
    t.node.post(f"/api/jobs/{job['id']}/cancel")
    began = time.monotonic()
    job = wait_for_job(t.node, job["id"], 10)
    t.expect(
        "cancelled within 3 s",
        job.get("ended_at") and time.monotonic() - began < 3,
        f"{job['status']} after {time.monotonic() - began:.1f} s",
    )


@entry("2.6.postgres", "the same in PostgreSQL", deadline=10, needs=["postgres"])
def endless_sources_in_postgres(t):
    for name, query in {
        "series": "SELECT i AS x, 'yes' AS y, i AS id FROM generate_series(1, 1e8) i",
        "sleep": "SELECT 1 AS x, 'yes' AS y, 1 AS id FROM pg_sleep(3600)",
        "value": "SELECT 1 AS x, repeat('y', 300000000) AS y, 1 AS id",
    }.items():
        source = {"feed": "reader", "query": query, "ordinal": "id", "timeout": "2s"}
        t.expect_status(f"{name} released", publish(t.node, manifest(f"pg-{name}", pipeline={"command": ["true"]}, source=source)), 201)
        began = time.monotonic()
        job = train(t.node, f"pg-{name}", 15)
        t.expect(
            f"the training on {name} failed within 8 s",
            job["status"] == "failed" and time.monotonic() - began < 8,
            f"{job['status']}: {job.get('message')}",
        )


@entry("2.9", "the feed of another project, by its name and by guesses")
def feeds_of_others(t):
    for name, feed in (("thief", "payroll"), ("guess", "payrol"), ("guess-case", "Payroll")):
        source = {"feed": feed, "query": "SELECT salary AS x, 'yes' AS y, 1 AS id FROM payroll", "ordinal": "id"}
        answer = publish(t.node, manifest(name, pipeline={"command": ["true"]}, source=source))
        text = answer.text
        if answer.status == 201:
            job = train(t.node, name)
            t.expect(f"the training of {name} failed", job["status"] == "failed", job["status"])
            text = str(job.get("message")) + job_log(t.node, job)
        else:
            t.expect_status(f"{name} refused", answer, 400)
        others = text.replace(f"'{feed}'", "")
        t.expect("nothing said of a feed that the project may not use", "'payroll'" not in others and "100000" not in others, text[:300])


@entry("2.12", "a feed of a superuser of PostgreSQL", needs=["postgres"])
def superuser_feed(t):
    log = t.node.log_text()
    t.expect(
        "a word in the log about the feed 'super'",
        any("super" in line and "superuser" in line.lower() for line in log.splitlines()),
        "none",
    )
    for number, query in enumerate(
        (
            "WITH gone AS (DELETE FROM facts RETURNING id) SELECT id AS x, 'yes' AS y, id FROM gone",
            "SELECT nextval('s') AS x, 'yes' AS y, 1 AS id",
            "SELECT pg_read_file('/etc/passwd') AS x, 'yes' AS y, 1 AS id",
            "SELECT lo_import('/etc/passwd') AS x, 'yes' AS y, 1 AS id",
            "SELECT set_config('transaction_read_only', 'off', true) AS x, 'yes' AS y, 1 AS id",
            "COPY facts TO PROGRAM 'true'",
        )
    ):
        source = {"feed": "reader", "query": query, "ordinal": "id"}
        name = f"role-{number}"
        if publish(t.node, manifest(name, pipeline={"command": ["true"]}, source=source)).status == 201:
            job = train(t.node, name)
            t.expect(f"'{query}' failed", job["status"] == "failed", f"{job['status']}: {job.get('message')}")


@entry("3.1", "addresses and names in what callers are told")
def addresses_in_errors(t):
    features = [{"name": "x", "type": "float"}, {"name": "a", "type": "float"}]
    augment = [augmentation("one", "down", "SELECT 1.0 AS a", "a")]
    problem = serve(t.node, manifest("down", features, augment=augment, alerts=[{"name": "always", "when": "1 = 1", "webhook": "ops"}]))
    if t.expect("the project in service", problem is None, problem):
        answer = t.node.predict("down", {"x": 1})
        t.expect_status("a prediction without its feed", answer, 503)
        time.sleep(3)
        alerts = t.node.get("/api/projects/down/alerts")
        port = str(t.places.closed_port)
        for what, text in (
            ("prediction", answer.text),
            ("alerts", alerts.text),
            ("query log", t.node.get("/api/projects/down/queries").text),
        ):
            t.expect(f"no address in the {what}", port not in text and "127.0.0.1" not in text, text[:300])
    for secret in (places.PASSWORD, places.WEBHOOK_SECRET):
        t.expect("no secret in the log", secret not in t.node.log_text(), secret)


@entry("n.23", "rows of a feed with values of 300 MB", deadline=5)
def huge_values_of_a_feed(t):
    t.places.change("CREATE TABLE IF NOT EXISTS huge (id INTEGER, y BLOB)")
    t.places.change("INSERT INTO huge SELECT 1, zeroblob(300000000)")
    try:
        for name, column in (("blob", "y"), ("text", "CAST(y AS TEXT)")):
            source = {"feed": "facts", "query": f"SELECT 1.0 AS x, {column} AS y, id FROM huge", "ordinal": "id"}
            t.expect_status("the release", publish(t.node, manifest(f"huge-{name}", pipeline={"command": ["true"]}, source=source)), 201)
            job = train(t.node, f"huge-{name}", 15)
            t.expect(f"the training on a huge {name} failed", job["status"] == "failed", f"{job['status']}: {job.get('message')}")
    finally:
        t.places.change("DROP TABLE huge")
