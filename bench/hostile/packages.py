"""Packages of projects, as bytes, and what brings one into service."""
import io
import json
import time
import urllib.parse
import zipfile

import models

VERSION = "1.0.0:1"
CLASSES = ["no", "yes"]
ZIP = {"Content-Type": "application/zip"}
X = [{"name": "x", "type": "float"}]


def manifest(name, features=None, pipeline=None, **more):
    """A manifest of a binary project; with a finished model unless the pipeline says otherwise."""
    return {
        "name": name,
        "version": "1.0.0",
        "task": "binary",
        "schema": {"features": features or X},
        "label": {"name": "y", "classes": CLASSES},
        "pipeline": pipeline or {"model": "model.onnx"},
        **more,
    }


def package(settings, files=None):
    """A package as a zip. YAML holds all of JSON."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("progeny.yaml", settings if isinstance(settings, (str, bytes)) else json.dumps(settings))
        for path, content in (files or {}).items():
            archive.writestr(path, content)
    return written.getvalue()


def publish(node, settings, files=None, timeout=60):
    """Publishes a release; with a model that takes its features where the files have none and the manifest needs one."""
    files = dict(files or {})
    if settings["pipeline"].get("model") == "model.onnx" and "model.onnx" not in files:
        files["model.onnx"] = models.linear(settings["schema"]["features"])
    path = f"/api/projects/{urllib.parse.quote(settings['name'], safe='')}/releases"
    return node.post(path, package(settings, files), headers=ZIP, timeout=timeout)


def train(node, name, seconds=30):
    """Starts a training and waits for its end, so long at most. Returns the job as it is then."""
    answer = node.post(f"/api/projects/{name}/jobs", {"kind": "train"})
    return wait_for_job(node, answer.json["id"], seconds) if answer.status == 202 else {"status": f"not started: {answer}", "id": ""}


def wait_for_job(node, job_id, seconds):
    until = time.monotonic() + seconds
    while True:
        answer = node.get(f"/api/jobs/{job_id}")
        job = answer.json if answer.status == 200 else {"id": job_id, "status": f"unknown: {answer}"}
        if job.get("ended_at") is not None or time.monotonic() > until or not node.runs():
            return job
        time.sleep(0.05)


def serve(node, settings, files=None):
    """Brings a project into service: release, training, promotion. Returns the first of the three answers that was no success, or None."""
    answer = publish(node, settings, files)
    if answer.status != 201:
        return f"release: {answer}"
    job = train(node, settings["name"])
    if job["status"] != "succeeded":
        return f"training: {job['status']}: {job.get('message')}"
    answer = node.post(f"/api/projects/{settings['name']}/promotions", {"version": VERSION})
    return None if answer.status in (200, 201) else f"promotion: {answer}"


def job_log(node, job):
    return node.get(f"/api/jobs/{job['id']}/log").text
