"""Replays a real stream through a node that keeps itself up to date: release, then only queries and outcomes, all by the API."""
import argparse
import contextlib
import pathlib
import sqlite3
import tempfile
import time

from electricity import DAY, FIELDS, KNOWN, LOOKUP, Stream
from service import Service, run_main

FIRST = 1_000
TABLE = 5_000
WEEK = 7 * DAY
FLIPPED_AT = 6 * WEEK

# What simple policies reach on this stream (accuracy behind the first 1,000 rows, outcomes one day late unless said), computed with XGBoost 1.7.4.
POLICIES = [
    ("always the majority class", 0.575),
    ("trained once on the first tenth, scored on the rest", 0.720),
    ("continued by 10 rounds every 1,000 rows, outcomes at once", 0.749),
    ("trained every 1,000 rows on all rows so far, outcomes at once", 0.760),
    ("trained every 336 rows on the last 2,000 (depth 6, 100 rounds)", 0.774),
    ("the same with the known outcomes as features", 0.781),
]


def manifest(name, version, *, flip=False, known=False, window=2_000, when=WEEK, rollout="{strategy: latest}", queries=True, more=""):
    """The project: XGBoost over a file of the first rows and, behind them, what was asked and came true."""
    features = [f"{{name: {field}, type: float}}" for field in FIELDS] + [f"{{name: {field}, type: float, nullable: true}}" for field in KNOWN * known]
    columns = ", ".join([*FIELDS, *(KNOWN if known else [])])
    lookup = " ".join(LOOKUP.split())
    return f"""
name: {name}
version: {version}
task: binary
label: {{name: class, classes: ["0", "1"]}}
schema:
  features: [{", ".join(features)}]
source:
  file: data/rows.csv
  query: SELECT {columns}, {"1 - class AS class" if flip else "class"}, t FROM rows
  ordinal: t
  queries: {"true" if queries else "false"}
  window: {{rows: {window}}}
pipeline:
  trainer: xgboost
  parameters: {{max_depth: 3, eta: 0.1, rounds: 50, subsample: 0.7, colsample_bytree: 0.6, nthread: 1}}
evaluation: {{refit: true, fraction: 0.1}}
metrics: [{{name: wrong, value: label <> outcome}}]
gates:
  - {{name: better than chance, before: champion, when: eval_accuracy > 0.5}}
{f"retrain: {{when: new_outcomes >= {when}}}" if queries else ""}
serving: {{rollout: {rollout}}}
{f'''augment:
  - name: outcomes
    feed: market
    features: [{", ".join(KNOWN)}]
    query: {lookup}
    cache: 0ms
    deadline: 10s''' if known else ""}
{more}
"""


class Business:
    """The business's own database, in which outcomes are written down as they become known."""

    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("CREATE TABLE outcomes (t INTEGER PRIMARY KEY, class INTEGER)")

    def write(self, stream, first, last):
        self.db.executemany("INSERT INTO outcomes VALUES (?, ?)", [(t, stream.classes[t]) for t in range(first, last)])


class Player:
    """Plays a stream to a project from its row 1,000 on: asks, counts who was right, and tells each outcome one day later."""

    def __init__(self, service, project, stream, known=None):
        self.service = service
        self.project = project
        self.stream = stream
        self.known = known
        self.right = []
        self.versions = []
        self.asked = FIRST
        self.told = FIRST
        self.trained = FIRST
        self.trainings = 0
        self.refused = 0

    def day(self):
        """Asks the next day's rows; outcomes of the day before become known while they are asked."""
        last = min(self.asked + DAY, len(self.stream))
        if self.known is None:
            self.ask(self.asked, last)
        else:
            for t in range(self.asked, last):
                self.known.write(self.stream, t - DAY, t - DAY + 1)
                self.ask(t, t + 1)
        self.tell(last - DAY)
        return last < len(self.stream)

    def ask(self, first, last):
        rows = [self.stream.query(t, self.known is not None) for t in range(first, last)]
        answer = self.service.post(f"/api/projects/{self.project}/predict", {"query_id": f"t{first}", "rows": rows})
        shared = answer.get("version")
        for t, prediction in zip(range(first, last), answer["predictions"]):
            self.right.append(int(prediction["label"]) == self.stream.classes[t])
            self.versions.append(prediction.get("version", shared))
        self.asked = last

    def tell(self, until):
        """Reports what became known."""
        outcomes = [{"query_id": self.id_of(t), "outcome": self.stream.classes[t]} for t in range(self.told, until)]
        if outcomes:
            self.service.post(f"/api/projects/{self.project}/outcomes", {"outcomes": outcomes})
            self.told = until

    def id_of(self, t):
        if self.known is not None:
            return f"t{t}"
        first = FIRST + (t - FIRST) // DAY * DAY
        return f"t{first}:{t - first}" if min(first + DAY, len(self.stream)) - first > 1 else f"t{first}"

    def wait_for_training(self, when):
        """The stream's clock stands still while a training that is due runs: half an hour is much longer than that."""
        if self.told - self.trained < when:
            return
        number = self.trainings + 2  # the first generation was there before
        self.service.until(f"Generation {number} of {self.project}", lambda: self.ended(number))
        self.trainings += 1
        self.trained = self.told
        newest = self.service.generations(self.project)[-1]["reference"].split("@")[1]
        self.refused += self.service.until(f"A verdict on {newest} of {self.project}", lambda: self.verdict(newest)) == "refused"

    def verdict(self, version):
        """Whether a generation is in charge, or was refused by a gate; None: neither yet."""
        if self.service.in_force(self.project)[:1] == [version]:
            return "in charge"
        newest = self.service.get(f"/api/projects/{self.project}/decisions?limit=20")
        return "refused" if any(decision["id"] == f"{self.project}/proposal/{version}/refused" for decision in newest) else None

    def ended(self, number):
        agent = self.service.get(f"/api/projects/{self.project}/offline")
        if agent["training"]["failures"]:
            raise RuntimeError(f"A training of {self.project} failed: {agent['training']['message']}")
        return agent["training"].get("status") == "succeeded" and len(self.service.generations(self.project)) >= number

    def accuracy(self, first=FIRST, last=None):
        right = self.right[first - FIRST:None if last is None else last - FIRST]
        return sum(right) / len(right)


def start(service, project, stream, known, **settings):
    """Releases the project; its first generation is made of the first rows and answers from then on."""
    service.release(project, manifest(project, "1.0.0", known=known, **settings), {"data/rows.csv": stream.csv(0, FIRST, known)})
    service.train(project, "1.0.0")
    service.until(f"1.0.0:1 of {project} in charge", lambda: service.in_force(project)[:1] == ["1.0.0:1"])


def play(service, stream, project, when, known=None, **settings):
    begun = time.monotonic()
    start(service, project, stream, known is not None, when=when, **settings)
    if known is not None:
        known.write(stream, 0, FIRST - DAY)
    player = Player(service, project, stream, known)
    while player.day():
        player.wait_for_training(when)
        if (player.asked - FIRST) // TABLE > (player.asked - DAY - FIRST) // TABLE:
            print(f"{project}: row {player.asked:,}, {player.trainings} trainings, accuracy so far {player.accuracy():.3f}", flush=True)
    print(f"{project}: {len(player.right):,} queries, {player.trainings} trainings, of which gates refused {player.refused}, in {time.monotonic() - begun:.0f} s", flush=True)
    return player


def curve(players):
    """The accuracy by 5,000 rows and in all."""
    print("\n| rows | " + " | ".join(player.project for player in players) + " |\n| --- |" + " --- |" * len(players))
    rows = len(players[0].stream)
    for first in range(FIRST, rows, TABLE):
        last = min(first + TABLE, rows)
        print(f"| {first:,} to {last:,} | " + " | ".join(f"{player.accuracy(first, last):.3f}" for player in players) + " |")
    print("| all | " + " | ".join(f"{player.accuracy():.3f}" for player in players) + " |")


def policies(players):
    """The accuracy on the whole stream beside that of policies."""
    print("\n| policy | accuracy |\n| --- | --- |")
    for name, accuracy in [*POLICIES, *((f"unattended, {player.project}", player.accuracy()) for player in players)]:
        print(f"| {name} | {accuracy:.3f} |")


def replays(service, player, count):
    """Replays queries of the whole stream by the generations that answered them."""
    step = max(1, len(player.right) // count)
    asked = range(FIRST, FIRST + step * min(count, len(player.right)), step)
    begun = time.monotonic()
    identical = sum(service.replay(player.project, player.id_of(t))["identical"] for t in asked)
    print(f"\nOf {len(asked):,} logged queries, answered by {len(set(player.versions))} generations, {identical:,} were replayed bit for bit ({time.monotonic() - begun:.0f} s).")
    print(f"result replay.queries {len(asked)}\nresult replay.identical {identical}")


def canary(service, stream, rows):
    """A generation trained on flipped labels is released into a running canary: it must lose, and cheaply."""
    project = "canary"
    rollout = "{strategy: canary, metric: wrong, goal: minimize, steps: [{share: 0.05, outcomes: 100, time: 1d}, {share: 0.25, outcomes: 200, time: 1d}, {share: 0.5, outcomes: 400, time: 1d}]}"
    start(service, project, stream, False, rollout=rollout, queries=False)
    player = Player(service, project, stream)
    while player.asked < FIRST + FLIPPED_AT:
        player.day()
    # What is wrong with its labels is wrong in the rows that judge it beforehand, too: no gate on them can see it.
    service.release(project, manifest(project, "2.0.0", flip=True, rollout=rollout, queries=False), {"data/rows.csv": stream.csv(player.asked - 2_000, player.told, False)})
    service.train(project, "2.0.0")
    bad = "2.0.0:1"
    service.until("The canary", lambda: bad in service.in_force(project))
    begun, first = time.monotonic(), player.asked
    ended = None
    while ended is None and player.asked < min(len(stream), first + rows):
        player.day()
        # The experiment looks every 0.2 s by itself; until the stream's next half-hour it has looked more than once.
        time.sleep(0.5)
        ended = player.asked if bad not in service.until("A plan in force", lambda: service.in_force(project)) else None
    seconds = time.monotonic() - begun
    if ended is None:
        raise RuntimeError("The flipped generation was not rolled back.")
    for _ in range(14):
        player.day()
    for event in service.get(f"/api/projects/{project}/experiments")[0]["history"]:
        print(f"- {event['message']}")
    served = [t for t, version in enumerate(player.versions, FIRST) if version == bad]
    won = service.get(f"/api/projects/{project}")["champion"] != f"{project}@1.0.0:1"
    last = (served[-1] if served else first) + 1
    share = len(served) / max(1, last - first)
    print(f"\nThe generation of flipped labels answered {len(served)} of {last - first:,} queries ({share:.1%}), {sum(not player.right[t - FIRST] for t in served)} of them wrongly, "
          f"and was rolled back after {seconds:.1f} s; nothing of it answered any of the {player.asked - last:,} queries behind.")
    print(f"result canary.bad-share {share:.4f}\nresult canary.bad-queries {len(served)}\nresult canary.rollback-queries {last - first}\nresult canary.rollback-seconds {seconds:.1f}")
    print(f"result canary.bad-won {int(won)}")
    if won:
        raise RuntimeError("The flipped generation is in charge.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateway", required=True, help="the node's program")
    parser.add_argument("--progeny", required=True, help="the command")
    parser.add_argument("--data", default="../shared/data/electricity.csv", help="the stream (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="a small version: fewer rows")
    parser.add_argument("--only", choices=["plain", "known", "canary"], help="one part alone")
    options = parser.parse_args()
    stream = Stream(options.data, 4_000 if options.quick else None)
    with tempfile.TemporaryDirectory(prefix="progeny-streams-") as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        market = folder / "market.db"
        business = Business(market)
        service = Service(options.gateway, options.progeny, folder, {"Feeds:market:Kind": "sqlite", "Feeds:market:ConnectionString": f"Data Source={market}"})
        stack.callback(service.stop)
        players = []
        if options.only in (None, "plain"):
            players.append(play(service, stream, "plain", WEEK))
        if options.only in (None, "known"):
            players.append(play(service, stream, "known", WEEK, known=business))
        if players:
            curve(players)
            if not options.quick:
                policies(players)
            for player in players:
                print(f"result {player.project}.accuracy {player.accuracy():.4f}\nresult {player.project}.trainings {player.trainings}")
            replays(service, players[0], 1_000 if options.quick else 10_000)
        if options.only in (None, "canary"):
            canary(service, Stream(options.data, 12_000), 6_000)


if __name__ == "__main__":
    run_main(main)
