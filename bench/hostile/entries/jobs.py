"""Trainers: what they leave, read, print and start (1.6, 1.7, 1.15, 2.8, and siblings)."""
import json
import os
import pathlib
import signal
import time

import places
from packages import job_log, manifest, publish, train, wait_for_job
from trial import entry

SOURCE = {"feed": "facts", "query": "SELECT x, y, id FROM facts", "ordinal": "id"}

DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[1], "w").write(str(os.getpid()))
        if sys.argv[2] == "closed":
            for number in range(3):
                os.close(number)
        time.sleep(600)
    os._exit(0)
os.wait()
time.sleep(0.5)
"""


def trainer(name, command, **more):
    pipeline = {"command": command, "timeout": more.pop("timeout", "5s"), **more}
    return manifest(name, pipeline=pipeline, source=SOURCE)


def run(t, name, command, files=None, seconds=20, **more):
    """Releases a project with a trainer and trains it. Returns the job and the seconds that it took."""
    answer = publish(t.node, trainer(name, command, **more), files)
    if not t.expect_status(f"{name} released", answer, 201):
        return {"status": "not released", "id": "", "message": answer.text}, 0
    began = time.monotonic()
    job = train(t.node, name, seconds)
    return job, time.monotonic() - began


def expect_failed(t, name, job, took, seconds):
    t.expect(
        f"{name} failed within {seconds} s",
        job["status"] == "failed" and took < seconds,
        f"{job['status']}: {job.get('message')} after {took:.1f} s",
    )


@entry("1.6", "a trainer reads the node's environment, memory and files", deadline=10)
def trainer_reads_the_node(t):
    script = r"""
tr '\0' '\n' < /proc/$PPID/environ
for process in $(ls /proc | grep -E '^[0-9]+$'); do
    grep -qs Progeny.Gateway /proc/$process/cmdline && { tr '\0' '\n' < /proc/$process/environ; tr '\0' ' ' < /proc/$process/cmdline; }
done
env
exit 1
"""
    job, _ = run(t, "spy", ["sh", "spy.sh"], {"spy.sh": script})
    log = job_log(t.node, job) + str(job.get("message"))
    for secret in (places.PASSWORD, places.WEBHOOK_SECRET):
        t.expect("no secret of the node in what a trainer prints", secret not in log, secret)
    own = [line for line in log.splitlines() if line.startswith("PROGENY_")]
    t.expect(
        "no setting of the node in the trainer's environment",
        not [line for line in own if places.PASSWORD in line or places.WEBHOOK_SECRET in line],
        own[:3],
    )


@entry("1.7", "links in what a trainer leaves", deadline=20)
def links(t):
    model = "cp model-given.onnx model.onnx && "
    import models

    given = {"model-given.onnx": models.linear([{"name": "x", "type": "float"}])}
    for name, script in {
        "state": model + "mkdir state && ln -s /proc/self/environ state/env",
        "state-folder": model + "ln -s /etc state",
        "state-hard": model + "mkdir state && ln /etc/passwd state/p 2>/dev/null || ln /etc/hostname state/p || mkfifo state/p",
        "state-pipe": model + "mkdir state && mkfifo state/p",
        "model": "ln -s model-given.onnx model.onnx",
        "model-device": "ln -s /dev/zero model.onnx",
        "metrics": model + "ln -s /proc/self/environ metrics.json",
        "predictions": model + "ln -s /dev/zero predictions.csv",
        "metrics-endless": model + "ln -s /dev/zero metrics.json",
    }.items():
        job, took = run(t, f"link-{name}", ["sh", "-c", script], given, incremental=True)
        expect_failed(t, f"link-{name}", job, took, 10)


@entry("1.15", "daemons that leave the tree of a trainer", deadline=20)
def daemons(t):
    for name, output in (("leaving", "closed"), ("holding", "open")):
        file = t.places.folder / f"daemon-{name}-{time.monotonic_ns()}"
        job, took = run(t, f"daemon-{name}", ["/usr/bin/python3", "daemon.py", str(file), output], {"daemon.py": DAEMON})
        expect_failed(t, f"daemon-{name}", job, took, 12)
        time.sleep(0.5)
        daemon = int(file.read_text()) if file.exists() else 0
        lives = daemon and pathlib.Path(f"/proc/{daemon}").exists()
        t.expect("no daemon left", not lives, f"process {daemon} of {name}")
        if lives:
            os.kill(daemon, signal.SIGKILL)
            wait_for_job(t.node, job["id"], 5)
    file = t.places.folder / f"daemon-cancel-{time.monotonic_ns()}"
    script = {"daemon.py": DAEMON + "\ntime.sleep(600)\n"}
    t.expect_status(
        "the release",
        publish(t.node, trainer("daemon-cancel", ["/usr/bin/python3", "daemon.py", str(file), "open"], timeout="5m"), script),
        201,
    )
    answer = t.node.post("/api/projects/daemon-cancel/jobs", {"kind": "train"})
    while not file.exists() and (job := wait_for_job(t.node, answer.json["id"], 0.2)).get("ended_at") is None:
        pass
    t.node.post(f"/api/jobs/{answer.json['id']}/cancel")
    began = time.monotonic()
    job = wait_for_job(t.node, answer.json["id"], 10)
    t.expect("cancelled within 5 s", job.get("ended_at") and time.monotonic() - began < 5, job["status"])
    time.sleep(0.5)
    daemon = int(file.read_text()) if file.exists() else 0
    if not t.expect("no daemon left after the cancel", not daemon or not pathlib.Path(f"/proc/{daemon}").exists(), daemon):
        os.kill(daemon, signal.SIGKILL)


@entry("2.8", "a trainer takes more memory than it may, in shared memory too", deadline=15)
def trainer_memory(t):
    shared = pathlib.Path("/dev/shm") / f"hostile-{os.getpid()}-{time.monotonic_ns()}"
    memory = "import time\nx = bytearray(700_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1\ntime.sleep(30)\n"
    in_shared = (
        "import sys, time\nf = open(sys.argv[1], 'w+b')\nfor _ in range(60): f.write(bytes(10_000_000))\nf.flush()\ntime.sleep(30)\n"
    )
    try:
        for name, script in (("own", memory), ("shared", in_shared)):
            job, took = run(
                t, f"memory-{name}", ["/usr/bin/python3", "take.py", str(shared)], {"take.py": script}, memory="64MiB", timeout="20s"
            )
            expect_failed(t, f"memory-{name}", job, took, 6)
            t.expect("a message about memory", "memory" in str(job.get("message")).lower(), job.get("message"))
        t.expect("nothing left in /dev/shm", not shared.exists(), shared)
    finally:
        shared.unlink(missing_ok=True)


@entry("n.9", "a trainer prints without an end: lines, one line, progress, deep JSON", deadline=30)
def endless_output(t):
    progress = json.dumps({"progress": 0.5, "message": "m" * 1000, "metrics": {f"m{number}": 1 for number in range(100)}})
    deep = '{"metrics":' * 2000
    for name, script in {
        "lines": "yes",
        "line": "yes | tr -d '\\n'",
        "errors": "yes >&2",
        "zeros": "cat /dev/zero",
        "progress": f"yes '{progress}'",
        "deep": f"yes '{deep}'",
        "both": "yes & yes >&2",
    }.items():
        before = t.node.memory()
        job, took = run(t, f"print-{name}", ["sh", "-c", script], timeout="2s")
        expect_failed(t, f"print-{name}", job, took, 8)
        t.expect("less than 200 MB more", (grown := (t.node.memory() - before) / 2**20) < 200, f"{grown:.0f} MB")
        t.expect("a log of at most 2 MiB", len(job_log(t.node, job)) <= 2 * 2**20, len(job_log(t.node, job)))


@entry("n.10", "odd metrics.json and predictions.csv", deadline=20)
def odd_results(t):
    import models

    given = {"model-given.onnx": models.linear([{"name": "x", "type": "float"}])}
    for name, (script, allowed) in {
        "many": ("import json; json.dump({f'm{i}': i for i in range(40_000)}, open('metrics.json', 'w'))", ("failed", "succeeded")),
        "deep": ("open('metrics.json', 'w').write('{\"a\":' * 100_000)", ("failed",)),
        "names": (
            "import json; json.dump({'a\\n# HELP x': 1, 'b\"}': float('nan'), '': float('inf')}, open('metrics.json', 'w'))",
            ("failed", "succeeded"),
        ),
        "columns": ("open('predictions.csv', 'w').write(','.join(['a'] * 1_000_000) + '\\n')", ("failed",)),
        "quote": ("open('predictions.csv', 'w').write('no,yes\\n\"' + 'a' * 50_000_000)", ("failed",)),
    }.items():
        files = {**given, "train.py": f"import shutil; shutil.copy('model-given.onnx', 'model.onnx')\n{script}\n"}
        job, took = run(t, f"result-{name}", ["/usr/bin/python3", "train.py"], files, timeout="10s")
        t.expect(
            f"{name}: {' or '.join(allowed)} within 15 s", job["status"] in allowed and took < 15, f"{job['status']}: {job.get('message')}"
        )
        t.expect_status("the job", t.node.get(f"/api/jobs/{job['id']}"), 200)
    metrics = t.node.get("/metrics")
    t.expect("Prometheus text without foreign lines", metrics.status == 200 and "\n# HELP x\n" not in metrics.text, metrics.status)


@entry("n.19", "a search of 10,000 trials, 256 at once", deadline=10)
def many_trials(t):
    tune = {"trials": 10_000, "parallel": 256, "space": {"a": {"min": 0, "max": 1}}}
    settings = manifest("tuned", pipeline={"command": ["sleep", "60"], "timeout": "60s"}, source=SOURCE, tune=tune)
    answer = publish(t.node, settings)
    t.expect_status("the release", answer, 201, 400)
    if answer.status == 201:
        answer = t.node.post("/api/projects/tuned/jobs", {"kind": "tune"})
        t.expect_status("the job", answer, 202)
        time.sleep(4)
        t.expect("no more than a few processes", len(t.node.tree()) < 10, f"{len(t.node.tree())} processes")
        t.node.post(f"/api/jobs/{answer.json['id']}/cancel")
        job = wait_for_job(t.node, answer.json["id"], 10)
        t.expect("cancelled within 10 s", job.get("ended_at"), job["status"])
        t.expect("no process left", not (left := t.node.tree()), left)
