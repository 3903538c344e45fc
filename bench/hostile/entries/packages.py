"""Packages and manifests (2.13, 3.5, and siblings)."""
import io
import json
import time
import zipfile

from packages import CLASSES, manifest, package, publish, train
from trial import entry

ZIP = {"Content-Type": "application/zip"}


@entry("2.13", "a manifest of 485 KB: 2,000 features, 6,000 rules", deadline=15)
def large_manifest(t):
    features = [{"name": f"f{number}", "type": "float", "nullable": True} for number in range(1990)]
    rules = [
        {"name": f"r{number}", "at": "before", "when": f"f{number % 1990}>9", "then": {"refuse": "n"}} for number in range(t.often(6000))
    ]
    settings = manifest("large", features, rules=rules)
    answer = publish(t.node, settings, timeout=60)
    t.expect_status("published, or refused by a limit", answer, 201, 400, within=10)
    if answer.status == 201:
        outcomes = {"outcomes": [{"query_id": "a", "outcome": "yes"}]}
        t.node.post("/api/projects/large/outcomes", outcomes)
        before = t.node.cpu_seconds()
        reports = [t.node.post("/api/projects/large/outcomes", outcomes) for _ in range(40)]
        used = (t.node.cpu_seconds() - before) / 40
        t.expect_status("an outcome", reports[-1], 200, within=1)
        t.expect("less than 60 ms of CPU for an outcome, the bystander's among it", used < 0.06, f"{used * 1000:.0f} ms")


@entry("3.5", "900 files of a MiB of zeros, and other zips that unfold", deadline=20)
def unfolding_zips(t):
    zeros = b"\0" * (1 << 20)
    for name, (files, content) in {
        "zeros": (900, zeros),
        "half": (2000, zeros[: 1 << 19]),
        "noise-and-zeros": (500, zeros[:-4] + t.random.randbytes(4)),
    }.items():
        before = t.node.stored_bytes()
        answer = publish(t.node, manifest(f"unfold-{name}"), {f"data/{number}": content for number in range(files)}, timeout=60)
        t.expect_status(f"{files} files of {name} refused", answer, 400, 413, within=10)
        t.expect("nothing kept", (kept := t.node.stored_bytes() - before) < 50e6, f"{kept / 1e6:.0f} MB")


@entry("n.15", "zips of very many, very deep and very odd files", deadline=10)
def odd_zips(t):
    def archive(entries):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as target:
            target.writestr("progeny.yaml", json.dumps(manifest("zipped")))
            for name, content in entries:
                target.writestr(name, content)
        return written.getvalue()

    cases = {
        "60,000 empty files": archive((f"f{number}", b"") for number in range(60_000)),
        "10,001 small files": archive((f"f{number}", b"x") for number in range(10_001)),
        "a path of 60,000 characters": archive([("a/" * 30_000 + "f", b"x")]),
        "names of odd Unicode": archive([("\u202ex", b"x"), ("\u00e9", b"x"), ("e\u0301", b"x"), ("a\u0000", b"x")]),
        "names of Windows": archive([("NUL", b"x"), ("a:b", b"x"), ("a.", b"x"), (" a", b"x")]),
        "a manifest of 100 MB": package(b" " * 100_000_000),
        "a manifest in a manifest": package("name: &a [*a]\n"),
    }
    for what, content in cases.items():
        answer = t.node.post("/api/projects/zipped/releases", content, headers=ZIP, timeout=30)
        t.expect_status(f"{what} refused", answer, 400, 413, within=5)
        t.expect("an answer below 64 KiB", len(answer.body) < 65536, len(answer.body))


@entry("n.16", "a CSV file with a quote that never ends, and one of 100,000 columns", deadline=10)
def odd_csv(t):
    for name, content in {
        "quote": b'x,y,id\n1,"' + b"a" * 60_000_000,
        "columns": b",".join(b"c%d" % number for number in range(100_000)) + b"\n" + b"1," * 99_999 + b"1\n",
        "line": b"x,y,id\n" + b"1," * 20_000_000,
        "zeros": b"\x00" * 10_000_000,
    }.items():
        settings = manifest(
            f"csv-{name}",
            pipeline={"command": ["true"]},
            source={"file": "rows.csv", "query": "SELECT x, y, id FROM rows", "ordinal": "id"},
        )
        # Digits among it, so that it is no package that is refused for what it unfolds to.
        answer = publish(t.node, settings, {"rows.csv": content})
        if answer.status == 201:
            began = time.monotonic()
            job = train(t.node, f"csv-{name}", 20)
            t.expect(
                f"the training on {name} failed within 10 s",
                job["status"] == "failed" and time.monotonic() - began < 10,
                f"{job['status']}: {job.get('message')}",
            )
            t.expect("a message below 4 KiB", len(str(job.get("message"))) < 4096, len(str(job.get("message"))))
        else:
            t.expect_status(f"{name} refused", answer, 400, 413)


@entry("n.24", "a schema of 20,000 features, a label of 20,000 classes, 2,000 tests and gates", deadline=20)
def wide_manifests(t):
    classes = [f"c{number}" for number in range(20_000)]
    many = [{"name": f"f{number}", "type": "float", "nullable": True} for number in range(20_000)]
    for name, settings in {
        "features": manifest("wide-features", many),
        "classes": manifest("wide-classes") | {"task": "multiclass", "label": {"name": "y", "classes": classes}},
        "gates": manifest(
            "wide-gates", gates=[{"name": f"g{number}", "before": "shadow", "when": "loss < 1 OR 1"} for number in range(4000)]
        ),
        "metrics": manifest("wide-metrics", metrics=[{"name": f"m{number}", "value": "x + 1"} for number in range(4000)]),
        "tests": manifest(
            "wide-tests", tests=[{"name": f"t{number}", "given": {"x": 1}, "expect": {"label": CLASSES[1]}} for number in range(4000)]
        ),
    }.items():
        answer = publish(t.node, settings, timeout=60)
        t.expect_status(f"{name} released, or refused by a limit", answer, 201, 400, within=10)
        if answer.status == 201 and name != "classes":
            began = time.monotonic()
            problem = None if train(t.node, settings["name"], 30).get("ended_at") else "no end within 30 s"
            t.expect(
                f"the training of {name} ended within 20 s",
                not problem and time.monotonic() - began < 20,
                problem or time.monotonic() - began,
            )
