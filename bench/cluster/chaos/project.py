"""The projects that are asked: packages, releases, trainings, promotions."""
import io
import json
import random
import time
import zipfile

RELEASE = "1.0.0"
DURABLE, FAST = "durable", "fast"


def package(name, log, **more):
    """A project of two numbers whose positive class is the more likely the greater their sum."""
    draw = random.Random(name)
    rows = ["a,b,y,t"]
    for number in range(400):
        a, b = round(draw.uniform(0, 10), 3), round(draw.uniform(0, 10), 3)
        rows.append(f"{a},{b},{'yes' if a + b + draw.gauss(0, 2) > 10 else 'no'},{number}")
    manifest = {
        "name": name,
        "version": RELEASE,
        "task": "binary",
        "schema": {"features": [{"name": "a", "type": "float"}, {"name": "b", "type": "float"}]},
        "label": {"name": "y", "classes": ["no", "yes"]},
        "source": {"file": "data/rows.csv", "query": "SELECT a, b, y, t FROM rows", "ordinal": "t"},
        "pipeline": {"trainer": "xgboost", "parameters": {"rounds": 20, "max_depth": 3}},
        "serving": {"log": log, **more},
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("progeny.yaml", json.dumps(manifest))
        archive.writestr("data/rows.csv", "\n".join(rows))
    return written.getvalue()


def expect(answer, what):
    if not answer.ok:
        raise RuntimeError(f"{what}: {answer}")
    return answer.json


def release(door, name, log=DURABLE, generations=2, **more):
    """Releases a project, makes generations of it, and promotes the first. The door is a member or the balancer."""
    path = f"/api/projects/{name}/releases"
    expect(door.send("POST", path, package(name, log, **more), timeout=60, **{"Content-Type": "application/zip"}), f"release of {name}")
    for _ in range(generations):
        job = train(door, name)
        if job["status"] != "succeeded":
            raise RuntimeError(f"training of {name}: {job}")
    expect(promote(door, name, 1), f"promotion of {name}")


def start_training(door, name, seconds=0):
    """Starts a training, and asks again for that time where it is answered with 503: a cluster that has just started may not know its silo for training yet."""
    until = time.monotonic() + seconds
    while True:
        answer = door.send("POST", f"/api/projects/{name}/jobs", {"kind": "train"})
        if answer.status != 503 or time.monotonic() > until:
            return answer
        time.sleep(0.5)


def train(door, name, seconds=90):
    return wait_job(door, expect(start_training(door, name, 10), f"training of {name}")["id"], seconds)


def wait_job(door, job, seconds=90):
    """The job when it has ended, or as it is after that time."""
    until = time.monotonic() + seconds
    info = {"id": job, "status": "unknown"}
    while time.monotonic() < until:
        answer = door.send("GET", f"/api/jobs/{job}")
        if answer.ok:
            info = answer.json
            if info.get("ended_at"):
                break
        time.sleep(0.2)
    return info


def promote(door, name, generation, timeout=20):
    return door.send("POST", f"/api/projects/{name}/promotions", {"version": f"{RELEASE}:{generation}", "by": "chaos"}, timeout=timeout)


def predict(door, name, query_id, timeout=10, a=3.0, b=4.0):
    body = {"query_id": query_id, "rows": [{"a": a, "b": b}]}
    return door.send("POST", f"/api/projects/{name}/predict", body, timeout=timeout)


def plan(door, name, timeout=10):
    answer = door.send("GET", f"/api/projects/{name}/rollout", timeout=timeout)
    return answer.json if answer.ok else None


def generations(door, name):
    return expect(door.send("GET", f"/api/projects/{name}/generations", timeout=30), f"generations of {name}")


def number_of(generation):
    """The number of a generation as the API shows it, 'project@release:number' or 'release:number'."""
    text = generation if isinstance(generation, str) else generation.get("reference") or generation["generation"]
    return int(str(text).rsplit(":", 1)[1])
