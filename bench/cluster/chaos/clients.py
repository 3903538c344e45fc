"""Clients that ask all the time, what was acknowledged to them, and whether the cluster kept it."""
import collections
import random
import threading
import time
import urllib.parse

import project
import web

# The next request follows so much later than the answer of the one before, in seconds.
PAUSE = 0.08
OUTCOME_SHARE = 0.3


class Client(threading.Thread):
    """Asks for predictions with ids of its own, and reports outcomes of some that were answered."""

    def __init__(self, load, number, door, space=None):
        super().__init__(daemon=True)
        self.load, self.number, self.door, self.space = load, number, door, space
        self.draw = random.Random(f"{load.seed} {load.name} {number}")
        self.unreported = []

    def run(self):
        if self.space:
            web.enter(self.space)
        channel = web.Channel(self.door.host, self.door.port, timeout=15)
        count = 0
        while not self.load.ended.is_set():
            count += 1
            query = f"{self.load.name}-{self.number}-{count}"
            body = {"query_id": query, "rows": [{"a": round(self.draw.uniform(0, 10), 3), "b": round(self.draw.uniform(0, 10), 3)}]}
            began = time.monotonic()
            answer = channel.send("POST", f"/api/projects/{self.load.project}/predict", body)
            self.load.record("prediction", began, answer, query)
            if answer.ok and self.draw.random() < OUTCOME_SHARE:
                self.unreported.append((query, self.draw.choice(["no", "yes"])))
            if len(self.unreported) >= 4:
                self.report(channel)
            self.load.ended.wait(self.load.pause)
        channel.close()

    def report(self, channel):
        """Reports outcomes; those that were not acknowledged are reported again with the next ones."""
        lines = [{"query_id": query, "outcome": value} for query, value in self.unreported]
        began = time.monotonic()
        answer = channel.send("POST", f"/api/projects/{self.load.project}/outcomes", {"outcomes": lines})
        self.load.record("outcome", began, answer, [query for query, _ in self.unreported])
        if answer.ok:
            self.unreported = []


class Load:
    """The clients of a project, and what became of their requests."""

    def __init__(self, name, door, seed, project_name=project.DURABLE, clients=8, pause=PAUSE, space=None):
        self.name, self.seed, self.project, self.pause = name, seed, project_name, pause
        self.ended, self.guard = threading.Event(), threading.Lock()
        # By query id: the version that answered it; outcomes that were acknowledged; those that were sent, too.
        self.acknowledged, self.outcomes, self.reported = {}, set(), set()
        self.failures, self.worst, self.count = [], (0.0, 0.0), collections.Counter()
        # (when it began, kind, status, seconds)
        self.exchanges = []
        self.clients = [Client(self, number, door, space) for number in range(clients)]

    def start(self):
        for client in self.clients:
            client.start()
        return self

    def stop(self):
        self.ended.set()
        for client in self.clients:
            client.join()

    def record(self, kind, began, answer, what):
        with self.guard:
            self.exchanges.append((began, kind, answer.status, answer.seconds))
            self.count[kind] += 1
            if kind == "outcome":
                self.reported.update(what)
            if answer.seconds > self.worst[0] and kind == "prediction":
                self.worst = (answer.seconds, began)
            if not answer.ok:
                self.failures.append((began, kind, f"{kind} {what}: {answer}"))
            elif kind == "prediction":
                self.acknowledged[what] = answer.json.get("version")
            else:
                self.outcomes.update(what)

    def between(self, start, end, kind="prediction"):
        """What began in that time: (status, seconds) each."""
        with self.guard:
            return [(status, seconds) for began, what, status, seconds in self.exchanges if what == kind and start <= began < end]


def read_log(door, name):
    """All records of a project: (query id, sequence, version) each."""
    records, before = [], None
    while True:
        query = urllib.parse.urlencode({"limit": 1000, **({"before": before} if before else {})})
        page = project.expect(door.send("GET", f"/api/projects/{name}/queries?{query}", timeout=60), "the query log")
        records += [(each["query_id"], each["sequence"], each["version"], len(each["outcomes"])) for each in page["queries"]]
        before = page.get("before")
        if not before:
            return records


def perfdb(door, name, since):
    """Sums of the time series: rows by version, outcomes of the project."""
    start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since - 900))
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 900))
    rows, outcomes = collections.Counter(), 0
    for by in ("generation", "project"):
        query = urllib.parse.urlencode({"from": start, "to": end, "step": "10s", "by": by})
        for series in project.expect(door.send("GET", f"/api/projects/{name}/metrics?{query}", timeout=60), "metrics")["series"]:
            for point in series["points"]:
                if by == "generation":
                    rows[series["version"]] += point.get("rows") or 0
                else:
                    outcomes += point["outcomes"]
    return rows, outcomes


def check_log(trial, door, loads, since, name=project.DURABLE, extra=(), seconds=60):
    """Whether all that was acknowledged is in the log exactly once, and perfdb and outcomes say the same."""
    acknowledged = {query for load in loads for query in load.acknowledged} | set(extra)
    records = read_log(door, name)
    counts = collections.Counter(query for query, *_ in records)
    lost = [query for query in acknowledged if counts[query] == 0]
    double = [query for query, count in counts.items() if count > 1]
    trial.figure("lost", len(lost))
    trial.figure("double", len(double))
    for query in sorted(lost)[:5]:
        trial.discrepancy(f"the acknowledged query {query} is not in the log")
    for query in sorted(double)[:5]:
        where = [(sequence, version) for other, sequence, version, _ in records if other == query]
        trial.discrepancy(f"{query} is in the log {counts[query]} times: {where}")
    sequences = [sequence for _, sequence, *_ in records]
    if len(set(sequences)) != len(sequences):
        trial.discrepancy("a sequence number was given twice")
    logged = collections.Counter(version for _, _, version, _ in records)
    reported = {query for load in loads for query in load.outcomes}
    # A report that failed may have been stored all the same.
    least, most = len(reported), len(reported | {query for load in loads for query in load.reported})
    until = time.monotonic() + seconds
    while True:
        rows, outcomes = perfdb(door, name, since)
        if (rows == logged and least <= outcomes <= most) or time.monotonic() > until:
            break
        time.sleep(1)
    if rows != logged:
        trial.discrepancy(f"perfdb counts rows {dict(rows)}, the log {dict(logged)}")
    if not least <= outcomes <= most:
        trial.discrepancy(f"perfdb counts {outcomes} outcomes; {least} were acknowledged, {most} sent")
    missing = reported - {query for query, _, _, outcomes_of in records if outcomes_of > 0}
    if missing:
        trial.discrepancy(f"{len(missing)} acknowledged outcomes are not in the log, such as {sorted(missing)[0]}")
    twice = [query for query, _, _, outcomes_of in records if outcomes_of > 1]
    if twice:
        trial.discrepancy(f"{len(twice)} outcomes were stored twice, such as {twice[0]}")
    trial.note(f"{len(records)} records, {len(acknowledged)} acknowledged, {least} outcomes")
