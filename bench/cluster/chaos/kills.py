"""Nodes that are killed and stopped under load, one after another."""
import datetime
import random
import signal
import threading
import time

import clients
import project
import web
from members import Cluster
from trial import part

HEAL_LIMIT = 5
HEAL_WATCH = 30
ANSWER_LIMIT = 2
PROMOTION_SECONDS = 20
TRAINING_SECONDS = 45
IN_FORCE_SECONDS = 2


class Operator(threading.Thread):
    """Promotes every so often, trains now and then, and checks that each promotion is in force everywhere in time."""

    def __init__(self, trial, cluster, door, name=project.DURABLE, promotion_seconds=PROMOTION_SECONDS, training_seconds=TRAINING_SECONDS):
        super().__init__(daemon=True)
        self.trial, self.cluster, self.door, self.project = trial, cluster, door, name
        self.promotion_seconds, self.training_seconds = promotion_seconds, training_seconds
        self.ended = threading.Event()
        self.jobs, self.asked, self.promotions, self.version = [], {}, 0, 0
        self.numbers = [1, 2]

    def run(self):
        promoted = trained = time.monotonic()
        turn = 0
        while not self.ended.wait(0.25):
            now = time.monotonic()
            if now - promoted >= self.promotion_seconds:
                promoted = now
                turn += 1
                self.promote(self.numbers[turn % len(self.numbers)])
            if self.training_seconds and now - trained >= self.training_seconds:
                trained = now
                self.train()

    def stop(self):
        self.ended.set()
        self.join()

    def promote(self, number):
        """Promotes. The balancer does not repeat it: after an error the client looks, and asks again."""
        until = time.monotonic() + 15
        while not (answer := project.promote(self.door, self.project, number)).ok:
            if answer.status not in (0, 502, 503, 504) or time.monotonic() > until:
                self.trial.discrepancy(f"promotion of generation {number}: {answer}")
                return
            time.sleep(0.3)
        acknowledged = time.monotonic()
        self.promotions += 1
        plan = project.plan(self.door, self.project)
        if plan:
            self.trial.expect(plan["version"] >= self.version, f"the plan's version went from {self.version} to {plan['version']}")
            self.version = max(self.version, plan["version"])
        nodes = [node for node in self.cluster.living() if node.ready().ok]
        wanted = f"{project.RELEASE}:{number}"
        late = self.await_version(nodes, wanted, acknowledged)
        for node, answer in late:
            # A node that was killed meanwhile need not know it.
            if node.runs() and node.ready().ok:
                self.trial.discrepancy(f"{node.name} answers otherwise than by {wanted} {IN_FORCE_SECONDS} s after its promotion: {answer}")

    def await_version(self, nodes, wanted, acknowledged):
        """Asks nodes until they answer by a version. Returns those that do not in time."""
        waiting = {node: None for node in nodes}
        while waiting:
            for node in list(waiting):
                query = f"operator-{node.name}-{len(self.asked)}"
                self.asked[query] = None
                waiting[node] = project.predict(node, self.project, query)
                if waiting[node].ok:
                    self.asked[query] = waiting[node].json["version"]
                    if waiting[node].json["version"] == wanted:
                        del waiting[node]
                        self.trial.most("in_force_ms", round((time.monotonic() - acknowledged) * 1000))
            if time.monotonic() - acknowledged > IN_FORCE_SECONDS:
                break
            time.sleep(0.05)
        return list(waiting.items())

    def train(self):
        answer = project.start_training(self.door, self.project)
        if answer.ok:
            self.jobs.append(answer.json["id"])

    def acknowledged(self):
        return {query for query, version in self.asked.items() if version}

    def check(self):
        """Whether each training ended once, and no generation was made twice."""
        made = list(self.numbers)
        for job in self.jobs:
            info = project.wait_job(self.door, job)
            if info["status"] == "succeeded":
                made.append(project.number_of(info["generation"]))
            else:
                self.trial.discrepancy(f"the training {job} ended as {info['status']}: {info.get('message')}")
        known = [project.number_of(each) for each in project.generations(self.door, self.project)]
        self.trial.expect(len(set(made)) == len(made), f"trainings made generations {made}: one of them twice")
        self.trial.expect(len(set(known)) == len(known), f"the project lists generations {known}: one of them twice")
        missing = set(made) - set(known)
        self.trial.expect(not missing, f"generations {sorted(missing)} were made, and are not there")
        unknown = set(known) - set(made)
        # A training whose start was not acknowledged is one all the same.
        if unknown:
            self.trial.note(f"generations {sorted(unknown)} come from trainings whose start was not acknowledged, or that ran twice")
        plans = self.door.send("GET", f"/api/projects/{self.project}/rollout/history").json
        versions = [plan["version"] for plan in plans]
        self.trial.expect(versions == sorted(set(versions), reverse=True), f"versions of plans are {versions}")
        self.trial.note(f"{self.promotions} promotions, {len(self.jobs)} trainings, generations {sorted(known)}")


def is_gone(node, name, since):
    """Whether a node sees that a member is gone, or that it has come back as a new one."""
    answer = node.send("GET", "/api/cluster", timeout=3)
    if not answer.ok:
        return False
    members = [member for member in answer.json["nodes"] if member["name"] == name and member["state"] != "dead"]
    return all(started(member) > since for member in members)


def started(member):
    text = member.get("started_at")
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else 0


def watch_healing(trial, cluster, victim):
    """The seconds until all others see that it is gone."""
    began, since = time.monotonic(), time.time()
    survivors = cluster.living(but=victim)
    while time.monotonic() - began < HEAL_WATCH:
        if all(web.at_once([lambda node=node: is_gone(node, victim.name, since) for node in survivors])):
            return time.monotonic() - began
        time.sleep(0.05)
    trial.discrepancy(f"after {HEAL_WATCH} s not all of {', '.join(node.name for node in survivors)} see that {victim.name} is gone")
    return HEAL_WATCH


def strike(trial, cluster, victim, how, load):
    """Ends a member, and looks at what the others do about it."""
    name = "SIGKILL" if how == signal.SIGKILL else "SIGTERM"
    trial.note(f"{name} of {victim.name}")
    began = time.monotonic()
    victim.signal(how)
    if how == signal.SIGTERM:
        code = victim.wait_end()
        trial.expect(code is not None, f"{victim.name} did not end within 40 s of SIGTERM")
        trial.expect(code in (0, None), f"{victim.name} ended with exit code {code} after SIGTERM")
        if code is None:
            victim.signal(signal.SIGKILL)
            victim.wait_end()
    else:
        victim.wait_end()
    healed = watch_healing(trial, cluster, victim)
    trial.most("healed_ms", round(healed * 1000))
    worst = max((seconds for _, seconds in load.between(began - 1, time.monotonic())), default=0)
    took = time.monotonic() - began
    trial.note(f"  gone and known to be so after {took:.1f} s, {healed:.1f} s after its end; worst answer {worst * 1000:.0f} ms")
    if healed > HEAL_LIMIT:
        trial.discrepancy(f"the others saw that {victim.name} was gone {healed:.1f} s after its end")


@part("nodes are killed and stopped, and come back")
def kills(trial):
    options, draw = trial.options, random.Random(f"{trial.options.seed} kills")
    since = time.time()
    cluster = Cluster(options, trial.folder, nodes=options.nodes)
    try:
        project.release(cluster.balancer, project.DURABLE)
        load = clients.Load("c", cluster.balancer, options.seed).start()
        operator = Operator(trial, cluster, cluster.balancer)
        operator.start()
        time.sleep(3)
        until, strikes, turns = time.monotonic() + 60 * options.minutes, [], []
        while time.monotonic() < until or len(strikes) < len(cluster.members):
            if not turns:
                turns = draw.sample(cluster.members, len(cluster.members))
            victim, how = turns.pop(), draw.choice([signal.SIGTERM, signal.SIGKILL])
            strikes.append((time.monotonic(), how))
            strike(trial, cluster, victim, how, load)
            time.sleep(draw.uniform(0, 6))
            victim.start()
            trial.most("start_ms", round(cluster.wait_ready([victim]) * 1000))
            time.sleep(draw.uniform(1, 4))
        operator.stop()
        load.stop()
        conclude(trial, load, operator, cluster, since, strikes)
        trial.figure("kills", len(strikes))
    finally:
        cluster.close()


def conclude(trial, load, operator, cluster, since, strikes=None):
    """What must hold of a load without an excuse, and of all that was acknowledged."""
    failed = [failure for failure in load.failures if failure[1] == "prediction"]
    trial.figure("failed_predictions", len(failed))
    trial.figure("failed_outcomes", len(load.failures) - len(failed))
    trial.figure("worst_ms", round(load.worst[0] * 1000))
    # The grain that answers a report may be lost with its silo; the client reports again.
    excused = [] if strikes is None else [at for at, how in strikes if how == signal.SIGKILL]
    for began, kind, text in load.failures[:20]:
        killed = any(-1 < began - at < HEAL_LIMIT for at in excused)
        (trial.note if kind == "outcome" and killed else trial.discrepancy)(f"at {trial.at(began):.1f} {text}")
    if load.worst[0] > ANSWER_LIMIT:
        trial.discrepancy(f"the worst answer took {load.worst[0]:.2f} s, asked at {trial.at(load.worst[1]):.1f}")
    clients.check_log(trial, cluster.balancer, [load], since, extra=operator.acknowledged())
    operator.check()
    repeated = cluster.balancer.retries()
    trial.note(f"{load.count['prediction']} predictions, {load.count['outcome']} reports; {repeated} requests repeated by the balancer")
    for member in cluster.members:
        if errors := member.errors():
            trial.note(f"{member.name} logged {errors} errors")
