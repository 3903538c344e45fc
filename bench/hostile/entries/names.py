"""Names of nothing, packages of nothing, ids without a key (1.17, 2.4, 2.14)."""
import urllib.parse

from node import MEBIBYTE
from packages import manifest, publish, serve
from trial import entry
from wire import at_once

MASK = (1 << 64) - 1


@entry("1.17", "packages that are refused, of 50 MB each", deadline=10)
def refused_packages(t):
    before = t.node.stored_bytes()
    noise = t.random.randbytes(50_000_000)
    for _ in range(4):
        answer = t.node.post("/api/projects/noise/releases", noise, headers={"Content-Type": "application/zip"}, timeout=30)
        t.expect_status("noise refused", answer, 400, 413)
    settings = manifest("noise-named", pipeline={"model": "missing.onnx"})
    t.expect_status("a package without its model refused", publish(t.node, settings, {"noise.bin": noise}), 400)
    t.expect("nothing kept", (kept := t.node.stored_bytes() - before) < 20_000_000, f"{kept / 1e6:.0f} MB")


@entry("2.4", "names of nothing, by the thousand", deadline=5)
def names_of_nothing(t):
    for name in ("warm-up", "x" * 6000):
        at_once(500, lambda number: t.node.get(f"/api/projects/{name}{number}"), workers=4)
    before = t.node.memory()
    ask = {
        "projects": lambda number: t.node.get(f"/api/projects/nope{number}"),
        "long names": lambda number: t.node.get(f"/api/projects/{'x' * 6000}{number}"),
        "jobs": lambda number: t.node.get(f"/api/jobs/nope{number}"),
        "generations": lambda number: t.node.get(f"/api/projects/nope{number}/generations/1.0.0:{number}"),
        "experiments": lambda number: t.node.get(f"/api/projects/nope{number}/experiments/{number}"),
        "predictions": lambda number: t.node.predict(f"nope{number}", {"x": 1}),
        "alerts": lambda number: t.node.get(f"/api/projects/nope{number}/alerts"),
        "metrics": lambda number: t.node.get(f"/api/projects/nope{number}/metrics"),
        "pauses": lambda number: t.node.post(f"/api/projects/nope{number}/offline/pause"),
        "outcomes": lambda number: t.node.post(f"/api/projects/nope{number}/outcomes", {"outcomes": [{"query_id": "a", "outcome": "b"}]}),
        "odd names": lambda number: t.node.get(f"/api/projects/{urllib.parse.quote(chr(0x3400 + number) * 20)}"),
    }
    for what, function in ask.items():
        answers = at_once(t.often(1500), function, workers=8)
        wrong = [answer for answer in answers if answer.status not in (400, 404)]
        t.expect(f"404 or 400 for {what}", not wrong, wrong and wrong[0])
    t.expect("less than 60 MB kept", (grown := (t.node.memory() - before) / MEBIBYTE) < 60, f"{grown:.0f} MB")


def unkeyed_hash(project, query_id):
    """FNV-1a over UTF-16 units, mixed as MurmurHash3 ends: what anybody can compute who knows the source."""
    hashed = 14695981039346656037
    for code in [*map(ord, project), 0x10000, *map(ord, query_id)]:
        hashed = ((hashed ^ code) * 1099511628211) & MASK
    hashed = ((hashed ^ (hashed >> 33)) * 0xFF51AFD7ED558CCD) & MASK
    hashed = ((hashed ^ (hashed >> 33)) * 0xC4CEB9FE1A85EC53) & MASK
    return hashed ^ (hashed >> 33)


@entry("2.14", "a predictor chooses ids whose fields are not logged", deadline=3)
def chosen_ids(t):
    problem = serve(t.node, manifest("sampled", serving={"log_sample": 0.5}))
    t.expect("the project in service", problem is None, problem)
    kept = {}
    for number in range(100):
        query_id = f"id{number}"
        t.node.post("/api/projects/sampled/predict", {"query_id": query_id, "rows": [{"x": 1}]})
    for record in t.node.get("/api/projects/sampled/queries?limit=1000").json["queries"]:
        kept[record["query_id"]] = record.get("fields") is not None
    # Whichever way the hash becomes a share: by its upper half, or by its sign.
    for what, guess in (
        ("half", lambda hashed: hashed < 1 << 63),
        ("low half", lambda hashed: not hashed & (1 << 31)),
        ("last bit", lambda hashed: not hashed & 1),
    ):
        right = sum(guess(unkeyed_hash("sampled", query_id)) == is_kept for query_id, is_kept in kept.items())
        t.expect(f"no more than chance by the {what} of the hash", 20 < right < 80, f"{right} of {len(kept)} guessed")


@entry("n.13", "a thousand projects that somebody creates", deadline=60)
def many_projects(t):
    number = t.often(1000)
    before = t.node.memory()
    answers = at_once(number, lambda each: publish(t.node, manifest(f"created-{each}")), workers=4)
    t.expect(
        "each released, or refused by a limit",
        all(answer.status in (201, 429, 503) for answer in answers),
        next((str(answer) for answer in answers if answer.status not in (201, 429, 503)), ""),
    )
    t.expect("less than 1 MB a project", (grown := (t.node.memory() - before) / MEBIBYTE) < max(200, number), f"{grown:.0f} MB")
    t.expect_status("the roster", t.node.get("/api/projects"), 200, within=3)
    t.expect_status("the console", t.node.get("/", timeout=20), 200, 302, within=5)


@entry("n.27", "one name of nothing, by 400 callers at once")
def one_name_of_nothing(t):
    for what, path in (
        ("project", "/api/projects/crowded"),
        ("job", "/api/jobs/crowded"),
        ("tail", "/api/projects/crowded/queries/stream"),
        ("model", "/v2/models/crowded"),
    ):
        answers = at_once(400, lambda _: t.node.get(path), workers=100)
        wrong = [answer for answer in answers if answer.status != 404]
        t.expect(f"404 for a {what} of no name", not wrong, wrong and f"{len(wrong)} of 400, the first {wrong[0]}")
