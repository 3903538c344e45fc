"""Nodes of two builds side by side under load, one replaced after the other."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

import clients
import project
from kills import ANSWER_LIMIT, Operator
from members import REPOSITORY, Cluster
from trial import part

OLD_VERSION = "0.0.9"


def build_old(options, folder):
    """Builds the programs of a commit, with a version of their own. Returns gateway and silo."""
    sources = folder / "sources"
    sources.mkdir()
    archive = subprocess.Popen(["git", "-C", str(REPOSITORY), "archive", options.old], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", str(sources)], stdin=archive.stdout, check=True)
    if archive.wait() != 0:
        raise RuntimeError(f"'git archive {options.old}' failed: --old must name a commit")
    for name in ("Gateway", "Silo"):
        command = ["dotnet", "build", f"src/{name}", "-c", "Release", f"-p:Version={OLD_VERSION}"]
        done = subprocess.run(
            [*command, "-p:RunAnalyzers=false", "--tl:off", "-v:minimal"],
            cwd=sources,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "MSBUILDDISABLENODEREUSE": "1"},
        )
        if done.returncode != 0:
            raise RuntimeError(f"the build of {options.old} failed:\n{done.stdout[-3000:]}")
    built = sources / "artifacts" / "bin"
    return built / "Gateway/release/Progeny.Gateway.dll", built / "Silo/release/Progeny.Silo.dll"


@part("nodes are replaced by those of another build, one after another")
def upgrade(trial):
    since = time.time()
    trial.note(f"building {trial.options.old} as version {OLD_VERSION}")
    programs = build_old(trial.options, trial.folder)
    cluster = Cluster(trial.options, trial.folder, nodes=trial.options.nodes, programs=programs)
    try:
        project.release(cluster.balancer, project.DURABLE)
        load = clients.Load("c", cluster.balancer, trial.options.seed).start()
        operator = Operator(trial, cluster, cluster.balancer, promotion_seconds=5, training_seconds=15)
        operator.start()
        time.sleep(5)
        replace(trial, cluster, lambda member: trial.options.gateway if member in cluster.nodes else trial.options.silo, "to the new build")
        members = cluster.nodes[0].send("GET", "/api/cluster").json["nodes"]
        new = {member["name"]: member.get("version") for member in members if member["state"] == "active"}
        trial.note(f"versions: {new}")
        trial.expect(OLD_VERSION not in new.values(), f"members of the old build are left: {new}")
        operator.stop()
        load.stop()
        trial.figure("failed_requests", len(load.failures))
        trial.figure("worst_ms", round(load.worst[0] * 1000))
        for at, _, text in load.failures[:8]:
            trial.discrepancy(f"at {trial.at(at):.1f} {text}")
        trial.expect(load.worst[0] < ANSWER_LIMIT, f"the worst answer took {load.worst[0]:.2f} s, asked at {trial.at(load.worst[1]):.1f}")
        clients.check_log(trial, cluster.balancer, [load], since, extra=operator.acknowledged())
        operator.check()
    finally:
        cluster.close()
        shutil.rmtree(trial.folder / "sources", ignore_errors=True)


def replace(trial, cluster, program_of, what):
    for member in cluster.members:
        began = time.monotonic()
        member.signal(signal.SIGTERM)
        code = member.wait_end()
        trial.expect(code == 0, f"{member.name} ended with {code} after SIGTERM")
        member.program = pathlib.Path(program_of(member))
        member.start()
        cluster.wait_ready([member])
        trial.note(f"{member.name} {what}: {time.monotonic() - began:.1f} s")
        # Long enough for both builds to work together: jobs, promotions, summaries.
        time.sleep(4)
