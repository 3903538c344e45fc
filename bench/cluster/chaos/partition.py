"""Nodes that are cut off from each other, from the database, and from the rest."""
import threading
import time

import clients
import project
import web
from kills import Operator, is_gone
from members import Cluster
from network import Network
from trial import part

READY_LIMIT = 10
DEATH_LIMIT = 5
END_SECONDS = 45


class Side(threading.Thread):
    """Tries to promote and to train by one node, and keeps what was acknowledged."""

    def __init__(self, node, numbers):
        super().__init__(daemon=True)
        self.node, self.numbers, self.ended = node, numbers, threading.Event()
        self.promoted, self.jobs, self.refusals = [], [], []

    def run(self):
        turn = 0
        while not self.ended.wait(1):
            turn += 1
            for answer, kept in (
                (project.promote(self.node, project.DURABLE, self.numbers[turn % len(self.numbers)], timeout=15), self.promoted),
                (project.start_training(self.node, project.DURABLE) if turn % 5 == 1 else None, self.jobs),
            ):
                if answer is not None:
                    (kept if answer.ok else self.refusals).append((time.monotonic(), answer))

    def stop(self):
        self.ended.set()
        self.join()


class Partitions:
    def __init__(self, trial, network, cluster, seconds):
        self.trial, self.network, self.cluster, self.seconds = trial, network, cluster, seconds
        self.jobs, self.inside = [], []

    def run(self, name, lost, begin, end, cut_off=True):
        """
        Cuts nodes off. Where they reach nobody any more, they must say so, acknowledge nothing that needs the others, and be dead to them.
        """
        trial, others = self.trial, [node for node in self.cluster.nodes if node not in lost]
        numbers = [project.number_of(each) for each in project.generations(others[0], project.DURABLE)]
        trial.note(f"{name} begins: {', '.join(node.name for node in lost)}")
        began, since = time.monotonic(), time.time()
        begin()
        loads = [
            clients.Load(f"in{len(self.inside) + index}", node, trial.options.seed, clients=2, pause=0.2, space=node.space).start()
            for index, node in enumerate(lost)
        ]
        self.inside += loads
        sides = {node: Side(node, numbers[:2]) for node in [*lost, others[0]]}
        for side in sides.values():
            side.start()
        unready, dead, said = {}, {}, {}
        while time.monotonic() - began < self.seconds:
            for node in lost:
                answer = node.ready()
                if answer.status != said.get(node, 200):
                    after = time.monotonic() - began
                    trial.note(f"  {node.name} answers /ready with {answer.status} after {after:.1f} s, in {answer.seconds:.1f} s")
                    said[node] = answer.status
                if answer.status == 503 and node not in unready:
                    unready[node] = time.monotonic() - began
                    trial.note(f"  {node.name} is not ready after {unready[node]:.1f} s: {answer.json.get('reason')}")
                if node not in dead and all(web.at_once([lambda other=other: is_gone(other, node.name, since) for other in others])):
                    dead[node] = time.monotonic() - began
                    trial.note(f"  {node.name} is dead to the others after {dead[node]:.1f} s")
            time.sleep(0.2)
        healed = time.monotonic()
        for side in sides.values():
            side.ended.set()
        end()
        trial.note("  joined again")
        for side in sides.values():
            side.stop()
        for load in loads:
            load.stop()
        if cut_off:
            self.check_cut_off(name, lost, sides, began, healed, unready, dead)
        self.supervise(name, lost)
        self.jobs += [answer.json["id"] for side in sides.values() for _, answer in side.jobs]
        rest = sides[others[0]]
        trial.expect(rest.promoted, f"{name}: {rest.node.name}, which was not cut off, could not promote: {rest.refusals[-1:]}")
        self.agree(name)

    def check_cut_off(self, name, lost, sides, began, healed, unready, dead):
        trial = self.trial
        for node in lost:
            if trial.expect(node in unready, f"{name}: {node.name} never said that it is not ready"):
                trial.most("unready_ms", round(unready[node] * 1000))
                trial.expect(unready[node] < READY_LIMIT, f"{name}: {node.name} was not ready only after {unready[node]:.1f} s")
            if trial.expect(node in dead, f"{name}: the others never saw that {node.name} is gone"):
                trial.most("healed_ms", round(dead[node] * 1000))
                trial.expect(dead[node] < DEATH_LIMIT, f"{name}: the others saw only after {dead[node]:.1f} s that {node.name} is gone")
            # A request that was under way when it was joined again may have been done.
            for kind, kept in (("promoted", sides[node].promoted), ("trained", sides[node].jobs)):
                early = [answer for at, answer in kept if at < healed and at - answer.seconds > began]
                trial.expect(not early, f"{name}: {node.name} was cut off and {kind} {len(early)} times, such as {early and early[0]}")

    def supervise(self, name, lost):
        """Starts again what ended, as a supervisor would."""
        until = time.monotonic() + END_SECONDS
        waiting = set(lost)
        while waiting and time.monotonic() < until:
            for node in list(waiting):
                if not node.runs():
                    self.trial.expect(node.process.returncode == 1, f"{name}: {node.name} ended with exit code {node.process.returncode}")
                    node.start()
                    self.cluster.wait_ready([node])
                    self.trial.note(f"  {node.name} ended, and is there again")
                    waiting.discard(node)
                elif node.ready().ok and self.is_member(node):
                    self.trial.note(f"  {node.name} never ended, and is a member")
                    waiting.discard(node)
            time.sleep(0.2)
        for node in waiting:
            self.trial.discrepancy(f"{name}: {node.name} neither ended nor is it a member that is ready: {node.ready()}")
        for member in self.cluster.members:
            if not member.runs():
                self.trial.discrepancy(f"{name}: {member.name}, which was not cut off, ended with exit code {member.process.returncode}")
                member.start()
                self.cluster.wait_ready([member])

    def is_member(self, node):
        """Whether it and all others see it as one that answers."""
        return all(
            (answer := other.send("GET", "/api/cluster", timeout=5)).ok
            and any(member["name"] == node.name and member["state"] == "active" for member in answer.json["nodes"])
            for other in self.cluster.living()
        )

    def agree(self, name):
        """All nodes say the same of the plan, and follow it, within some seconds."""
        until = time.monotonic() + 15
        while True:
            plans = [project.plan(node, project.DURABLE) for node in self.cluster.nodes]
            versions = {plan and plan["version"] for plan in plans}
            if None not in versions and len(versions) == 1 and all(plan.get("in_force") for plan in plans):
                return
            if time.monotonic() > until:
                said = [plan and (plan["version"], plan.get("in_force")) for plan in plans]
                self.trial.discrepancy(f"{name}: nodes do not agree on the version in force: {said}")
                return
            time.sleep(0.2)


@part("nodes are cut off from each other and from the database")
def partition(trial):
    since, cluster = time.time(), None
    names = [f"node-{number + 1}" for number in range(3)]
    network = Network([*names, "training-1", "db"])
    try:
        cluster = Cluster(trial.options, trial.folder, network=network)
        one, two, three = cluster.nodes
        project.release(cluster.balancer, project.DURABLE)
        load = clients.Load("c", cluster.balancer, trial.options.seed, clients=4).start()
        operator = Operator(trial, cluster, cluster.balancer)
        time.sleep(3)
        partitions = Partitions(trial, network, cluster, 20 if trial.quick else 40)
        partitions.run("one alone", [two], lambda: network.cut("node-2"), lambda: network.join("node-2"))
        partitions.run(
            "two alone",
            [one, two],
            lambda: (network.cut("node-1"), network.cut("node-2")),
            lambda: (network.join("node-1"), network.join("node-2")),
        )
        partitions.run(
            "two apart",
            [three, two],
            lambda: network.separate("node-2", "node-3"),
            lambda: network.separate("node-2", "node-3", apart=False),
            cut_off=False,
        )
        partitions.run(
            "without the database",
            [one],
            lambda: network.separate("node-1", "db"),
            lambda: network.separate("node-1", "db", apart=False),
            cut_off=False,
        )
        load.stop()
        operator.jobs = partitions.jobs
        clients.check_log(trial, cluster.balancer, [load, *partitions.inside], since)
        operator.check()
        failed = [failure for failure in load.failures if failure[1] == "prediction"]
        trial.figure("failed_predictions", len(failed))
        trial.figure("worst_ms", round(load.worst[0] * 1000))
        for at, _, text in failed[:6]:
            trial.note(f"at {trial.at(at):.1f} {text}")
    finally:
        if cluster:
            cluster.close()
        network.close()
