"""Models that loop, grow or end a process (1.3, 1.12, 1.13, 1.14, 2.1, and siblings)."""
import time

import models
from node import MEBIBYTE
from packages import manifest, package, publish, serve, train, wait_for_job
from trial import entry
from wire import at_once

WHOLE = [{"name": "x", "type": "float"}]
FAST_REST = "1s"


def refused_in_time(t, what, answers, seconds):
    late = max(answers, key=lambda answer: answer.seconds)
    t.expect(f"{what} answered within {seconds} s", late.seconds < seconds, late)
    wrong = [answer for answer in answers if answer.status not in (400, 429, 500, 503, 504)]
    t.expect(f"400, 429, 500, 503 or 504 to {what}", not wrong, wrong and wrong[0])


@entry("1.3", "releases that end the process at each start", deadline=30, restarts=3, watch=6)
def releases_that_end_the_process(t):
    rules = [{"name": "one", "at": "before", "when": "fts3_tokenizer('simple', :ptr) IS NOT NULL AND 0", "then": {"refuse": "no"}}]
    tests = [{"name": "boom", "given": {"x": 1, "ptr": "AAAAAAAA"}, "expect": {"label": "yes"}}]
    answer = publish(t.node, manifest("boom", rules=rules, tests=tests, retrain={"when": "1 = 1"}))
    t.expect_status("the release with fts3_tokenizer refused", answer, 400)
    # A model that takes all memory when it is loaded, and one that does so for a query of the manifest's own.
    for name, model, x in (("heavy", models.folded(4_000_000_000), 1), ("heavy-query", models.growing(), 4e9)):
        tests = [{"name": "boom", "given": {"x": x}, "expect": {"label": "yes"}}]
        answer = publish(t.node, manifest(name, tests=tests, retrain={"when": "1 = 1"}), {"model.onnx": model})
        if t.expect_status(f"{name} released, or refused", answer, 201, 400) and answer.status == 201:
            job = train(t.node, name, 30)
            # The manifest's own tests are a gate, not a part of the training.
            wanted = ("failed",) if name == "heavy" else ("failed", "succeeded")
            t.expect(f"{' or '.join(wanted)} within 30 s: {name}", job["status"] in wanted, f"{job['status']}: {job.get('message')}")


@entry("1.12", "a Loop whose number of turns a query chooses", deadline=6)
def looping_model(t):
    for name, serving in (("loop", {}), ("loop-alone", {"serving": {"max_batch": 1}})):
        problem = serve(t.node, manifest(name, **serving), {"model.onnx": models.looping()})
        if t.expect(f"{name} in service", problem is None, problem):
            answers = at_once(t.often(150), lambda _: t.node.predict(name, {"x": 1e12}, Progeny_Deadline=FAST_REST), workers=150)
            refused_in_time(t, name, answers, 3)
            t.expect_status("health", t.node.get("/v2/health/ready"), 200, within=1)
            time.sleep(0.5)
            t.expect_status(f"a harmless query of {name}", t.node.predict(name, {"x": 1}, timeout=5), 200, within=2)
    name = "loop-bare"
    settings = {"name": name, "version": "1.0.0", "task": "regression", "pipeline": {"model": "model.onnx"}}
    answer = t.node.post(
        f"/api/projects/{name}/releases",
        package(settings, {"model.onnx": models.looping_without_schema()}),
        headers={"Content-Type": "application/zip"},
    )
    t.expect_status(f"{name} released", answer, 201)
    t.expect(f"{name} trained", train(t.node, name)["status"] == "succeeded", "not")
    t.node.post(f"/api/projects/{name}/promotions", {"version": "1.0.0:1"})
    body = {"inputs": [{"name": "turns", "datatype": "INT64", "shape": [1], "data": [10**12]}]}
    answers = at_once(
        t.often(150), lambda _: t.node.post(f"/v2/models/{name}/infer", body, headers={"Progeny-Deadline": FAST_REST}), workers=150
    )
    refused_in_time(t, name, answers, 3)
    t.expect_status("health", t.node.get("/v2/health/ready"), 200, within=1)


@entry("1.13", "a Loop without an end at acceptance: time-out, cancel, the place of others", deadline=20)
def looping_at_acceptance(t):
    limited = {"model": "model.onnx", "timeout": "3s"}
    t.expect_status("the release", publish(t.node, manifest("stuck", pipeline=limited), {"model.onnx": models.looping("for_ever")}), 201)
    began = time.monotonic()
    job = train(t.node, "stuck", 15)
    t.expect(
        "failed within 15 s (pipeline.timeout: 3s, Trainer:CheckTime: 5 s)",
        job["status"] == "failed",
        f"{job['status']}: {job.get('message')} after {time.monotonic() - began:.1f} s",
    )
    t.expect_status("the release", publish(t.node, manifest("stuck-long"), {"model.onnx": models.looping("for_ever")}), 201)
    answer = t.node.post("/api/projects/stuck-long/jobs", {"kind": "train"})
    time.sleep(1.5)
    t.node.post(f"/api/jobs/{answer.json['id']}/cancel")
    began = time.monotonic()
    job = wait_for_job(t.node, answer.json["id"], 10)
    t.expect("cancelled within 5 s", job.get("ended_at") and time.monotonic() - began < 5, f"{job['status']}: {job.get('message')}")
    t.expect_status("another project's release", publish(t.node, manifest("other")), 201)
    job = train(t.node, "other", 10)
    t.expect("another project's training succeeded within 10 s", job["status"] == "succeeded", f"{job['status']}: {job.get('message')}")
    # One is left running: the restart after the entry must end it.
    t.node.post("/api/projects/stuck-long/jobs", {"kind": "train"})


@entry("1.14", "a query chooses how much memory the model takes", deadline=10)
def growing_model(t):
    problem = serve(t.node, manifest("grow"), {"model.onnx": models.growing()})
    if t.expect("the project in service", problem is None, problem):
        for elements in (5e8, 8e8, 1e12, 9e18):
            t.expect_status(f"{elements:g} elements refused", t.node.predict("grow", {"x": elements}, timeout=20), 400, 500, 503, within=3)
        before = t.node.memory()
        answers = at_once(8, lambda _: t.node.predict("grow", {"x": 1e8}, timeout=20))
        t.expect(
            "200, 500 or 503 to eight at once of 400 MB", all(answer.status in (200, 429, 500, 503, 504) for answer in answers), answers[0]
        )
        t.expect(
            "their memory given back", t.node.memory() - before < 600 * MEBIBYTE, f"{(t.node.memory() - before) / MEBIBYTE:.0f} MB kept"
        )
        t.expect_status("a harmless query afterwards", t.node.predict("grow", {"x": 1}), 200, within=2)


@entry("2.1", "a file of 300 bytes that holds gigabytes", deadline=20)
def small_and_large(t):
    for name, model in {
        "folded": models.folded(400_000_000),
        "tiled": models.folded(400_000_000, by_tile=True),
        "folded-1e11": models.folded(10**11),
        "folded-1e13": models.folded(10**13),
        "folded-2^62": models.folded(2**62),
    }.items():
        before = t.node.memory()
        answer = publish(t.node, manifest(f"large-{name.replace('^', '')}"), {"model.onnx": model})
        if t.expect_status(f"{name} released, or refused", answer, 201, 400) and answer.status == 201:
            job = train(t.node, f"large-{name.replace('^', '')}", 20)
            t.expect(f"the training of {name} failed", job["status"] == "failed", f"{job['status']}: {job.get('message')}")
        t.expect(
            "nothing kept of it", t.node.memory() - before < 300 * MEBIBYTE, f"{(t.node.memory() - before) / MEBIBYTE:.0f} MB after {name}"
        )


@entry("n.8", "a Loop in a branch that acceptance does not take, a Scan and a Range as long as a query says", deadline=6)
def hidden_loops(t):
    for name, model, x in (
        ("branch", models.looping_in_branch(), -1),
        ("scan", models.scanning(), 1e8),
        ("range", models.ranging(), 3e8),
        ("range-long", models.ranging(), 1e15),
    ):
        problem = serve(t.node, manifest(f"hidden-{name}"), {"model.onnx": model})
        if problem is None:
            answers = at_once(t.often(40), lambda _: t.node.predict(f"hidden-{name}", {"x": x}, Progeny_Deadline=FAST_REST), workers=40)
            refused_in_time(t, f"hidden-{name}", answers, 3)
            t.expect_status("health", t.node.get("/v2/health/ready"), 200, within=1)
            time.sleep(0.5)
            t.expect_status(f"a harmless query of hidden-{name}", t.node.predict(f"hidden-{name}", {"x": 1}, timeout=5), 200, within=2)
        else:
            t.expect("in service, or a failed training", problem.startswith("training: failed"), problem)


@entry("n.20", "fifty models that are no models", deadline=20)
def broken_models(t):
    whole = models.linear(WHOLE)
    t.expect_status("the release", publish(t.node, manifest("broken-0"), {"model.onnx": b""}), 201, 400)
    for number in range(1, t.often(50)):
        content = bytearray(whole)
        for _ in range(t.random.randrange(1, 4)):
            content[t.random.randrange(len(content))] = t.random.randrange(256)
        answer = publish(t.node, manifest(f"broken-{number}"), {"model.onnx": bytes(content)})
        if answer.status == 201:
            job = train(t.node, f"broken-{number}", 10)
            t.expect("succeeded or failed within 10 s", job["status"] in ("succeeded", "failed"), f"{job['status']} {job.get('message')}")
