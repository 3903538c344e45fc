"""Hostile SQL of a project: rules, gates, alerts, metrics (1.1, 1.9, 1.10, 3.6, and siblings)."""
import time

from packages import VERSION, manifest, publish, serve, train
from trial import entry
from wire import at_once

TEXTS = [{"name": "x", "type": "float"}, {"name": "t", "type": "text"}]

# Each is one function call, or few, in which nearly all time is spent.
SLOW = {
    "instr": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c LIMIT 10000) "
    "SELECT sum(instr(hex(zeroblob(499000)), hex(zeroblob(240000))||(i%9+1))) FROM c) > 0",
    # The same of functions that are allowed, within the size of values.
    "instr-allowed": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c LIMIT 10000) "
    "SELECT sum(instr(printf('%60000d', 0), printf('%30000d', i % 9 + 1))) FROM c) > 0",
    "replace": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c LIMIT 4000) "
    "SELECT sum(length(replace(printf('%60000d', 0), printf('%20000d', i % 9), 'y'))) FROM c) > 0",
    "printf": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c LIMIT 20000) "
    "SELECT sum(length(printf('%65000d', i))) FROM c) > 0",
    "like": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c LIMIT 4000) "
    "SELECT sum(printf('%60000d', i) LIKE '%0%0%0%0%0%0%0%0%1%') FROM c) > 0",
    "json": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c LIMIT 10000) "
    "SELECT sum(json_valid('[' || replace(printf('%30000d', i), ' ', '0,') || '0]')) FROM c) > 0",
    "recursion": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c) SELECT count(*) FROM c) > 0",
}


@entry("1.1", "fts3_tokenizer in rules: memory corruption")
def fts3_tokenizer_in_rules(t):
    rules = [
        {"name": "one", "at": "before", "when": "t = 'go' AND fts3_tokenizer('simple', :ptr) IS NOT NULL AND 0", "then": {"refuse": "no"}},
        {"name": "two", "at": "before", "when": "t = 'go' AND (SELECT count(*) FROM fts3tokenize) > 100", "then": {"refuse": "no"}},
    ]
    leak = [{"name": "leak", "at": "before", "when": "1", "then": {"set": {"t": "hex(fts3_tokenizer(:n))"}}}]
    for name, each in (("corrupting", rules), ("leaking", leak)):
        answer = publish(t.node, manifest(name, TEXTS, rules=each))
        if not t.expect_status(f"the release of '{name}' refused", answer, 400):
            serve(t.node, manifest(name, TEXTS, rules=each))
            got = t.node.predict(name, {"x": 1, "t": "go", "ptr": "AAAAAAAA", "n": "simple"})
            t.expect("no address in the answer", False, got)


@entry("3.6", "functions and tables that no rule needs")
def needless_functions(t):
    conditions = [
        "sqlite_compileoption_get(1) = ''",
        "rtreecheck('x') = ''",
        "geopoly_area('[[0,0],[1,0],[0,1],[0,0]]') > 0",
        "fts5() IS NULL",
        "sqlite_log(1, t) IS NULL",
        "t MATCH 'x'",
        "(SELECT count(*) FROM sqlite_stmt) > 0",
        "load_extension('x') IS NULL",
        "(SELECT count(*) FROM dbstat) > 0",
        "(SELECT count(*) FROM pragma_database_list) > 0",
        "zeroblob(10) = ''",
        "randomblob(8) = ''",
    ]
    for number, condition in enumerate(conditions):
        rule = {"name": "needless", "at": "before", "when": condition, "then": {"refuse": "no"}}
        t.expect_status(f"'{condition}' refused", publish(t.node, manifest(f"needless-{number}", TEXTS, rules=[rule])), 400)


@entry("1.9", "function calls of hours in rules, 180 queries at once with a deadline of 100 ms", deadline=2)
def slow_functions_in_rules(t):
    served = []
    for name, condition in SLOW.items():
        rule = {"name": "slow", "at": "before", "when": f"t = 'go' AND {condition}", "then": {"refuse": "no"}}
        answer = publish(t.node, manifest(f"slow-{name}", TEXTS, rules=[rule]))
        if answer.status == 201:
            problem = None if train(t.node, f"slow-{name}")["status"] == "succeeded" else "training"
            problem = problem or t.node.post(f"/api/projects/slow-{name}/promotions", {"version": VERSION}).status not in (200, 201)
            t.expect(f"slow-{name} in service", not problem, problem)
            served.append(f"slow-{name}")
        else:
            t.expect_status(f"slow-{name} released, or refused", answer, 400)
    for name in served:
        answers = at_once(t.often(180), lambda _: t.node.predict(name, {"x": 1, "t": "go"}, Progeny_Deadline="100ms"), workers=180)
        late = max(answers, key=lambda answer: answer.seconds)
        t.expect(f"all of {name} answered within 1 s", late.seconds < 1, late)
        wrong = [answer for answer in answers if answer.status not in (429, 500, 503, 504)]
        t.expect(f"429, 500, 503 or 504 from {name}", not wrong, wrong and wrong[0])
        t.expect_status("health meanwhile", t.node.get("/v2/health/ready"), 200, within=1)


@entry("1.10", "the same in gates and alerts, by reading", deadline=5)
def slow_functions_in_gates(t):
    slow = SLOW["instr-allowed"]
    for number in range(4):
        name = f"gated-{number}"
        problem = serve(
            t.node,
            manifest(name, gates=[{"name": "slow", "before": "shadow", "when": f"{slow} OR 1"}], alerts=[{"name": "slow", "when": slow}]),
        )
        t.expect(f"{name} in service, or its gate failed", not problem or problem.startswith("promotion: "), problem)
    answers = at_once(
        60, lambda number: t.node.get(f"/api/projects/gated-{number % 4}/generations/{VERSION}/gates?before=shadow", timeout=3), workers=60
    )
    unanswered = [answer for answer in answers if answer.status == 0]
    t.expect("all gates answered within 3 s", not unanswered, f"{len(unanswered)} of 60 without an answer")
    t.expect_status("alerts", t.node.get("/api/projects/gated-0/alerts"), 200, within=2)
    t.expect_status("health", t.node.get("/v2/health/ready"), 200, within=1)


@entry("n.7", "slow expressions as a metric of the project's own, with a thousand outcomes", deadline=5)
def slow_metric(t):
    t.expect(
        "the project in service",
        not (
            problem := serve(
                t.node,
                manifest(
                    "slow-metric",
                    metrics=[{"name": name.replace("-", "_"), "value": slow} for name, slow in SLOW.items() if name != "instr"],
                ),
            )
        ),
        problem,
    )
    for start in range(0, t.often(1000), 100):
        ids = [f"q{start + number}" for number in range(100)]
        answers = [t.node.post("/api/projects/slow-metric/predict", {"query_id": query_id, "rows": [{"x": 1}]}) for query_id in ids]
        t.expect_status("a prediction", answers[-1], 200, within=1)
        outcomes = {"outcomes": [{"query_id": query_id, "outcome": "yes"} for query_id in ids]}
        t.expect_status("a report of outcomes", t.node.post("/api/projects/slow-metric/outcomes", outcomes), 200, within=2)
    time.sleep(3)
    t.expect_status("metrics", t.node.get("/api/projects/slow-metric/metrics"), 200, within=2)


@entry("n.14", "schedules of a millisecond, and a trigger that is always true", deadline=10)
def schedules_of_a_millisecond(t):
    source = {"feed": "facts", "query": "SELECT x, y, id FROM facts", "ordinal": "id"}
    often = manifest("often", pipeline={"command": ["true"]}, source=source, retrain={"every": "1ms"})
    t.expect_status("a training each millisecond, refused or not", publish(t.node, often), 201, 400)
    settings = manifest(
        "restless",
        pipeline={"command": ["sh", "-c", "exit 1"]},
        source=source,
        retrain={"every": "1m", "when": "1 = 1"},
        evaluation={"every": "1m"},
        outcomes={"feed": "facts", "query": "SELECT query_id, outcome FROM landed", "every": "1s"},
    )
    if not t.expect_status("the release", publish(t.node, settings), 201):
        return
    before = t.node.cpu_seconds()
    time.sleep(8)
    t.expect("less than 40 % of a core", (used := t.node.cpu_seconds() - before) < 3.2 + 1.6, f"{used:.1f} s of CPU in 8 s")
    jobs = t.node.get("/api/projects/restless/jobs")
    t.expect("at most a few jobs", len(jobs.json) < 5, f"{len(jobs.json)} jobs")
