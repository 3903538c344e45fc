"""What being a member of a cluster costs, and what grows with members and projects; run by bench/cluster/run.sh."""
import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.path += [str(pathlib.Path(__file__).resolve().parents[2] / folder) for folder in ("serving", "idle")]

import projects  # noqa: E402
import throughput  # noqa: E402
import traffic  # noqa: E402
from measure import machine  # noqa: E402
from members import Places  # noqa: E402
from peers import run_main  # noqa: E402

PARTS = {"serving": throughput.run, "messages": traffic.run, "projects": projects.run}


def arguments():
    parser = argparse.ArgumentParser(prog="bench/cluster/run.sh")
    for hidden in ("--gateway", "--progeny", "--meters"):
        parser.add_argument(hidden, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=PARTS, help="one part; without it all of them")
    parser.add_argument("--quick", action="store_true", help="shorter rounds, fewer projects")
    parser.add_argument("--rounds", type=int, help="how often each is measured (default 5, quick 2)")
    parser.add_argument("--seconds", type=int, help="how long one measurement takes (default 5, quick 2)")
    parser.add_argument("--members", type=int, default=3, help="the most nodes that a cluster has")
    parser.add_argument("--projects", type=int, help="how many projects there are in the end (default 300, quick 30)")
    parser.add_argument("--generations", type=int, default=2, help="how many generations each of them has")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.seconds = options.seconds or (2 if options.quick else 5)
    options.projects = options.projects or (30 if options.quick else 300)
    if options.members < 2 or options.generations < 2:
        parser.error("at least two members and two generations are needed to compare anything")
    return options


def main():
    options = arguments()
    head = f"{time.strftime('%Y-%m-%d')}, {machine()}; {options.rounds} rounds of {options.seconds} s"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="progeny-bench-"))
    try:
        places = Places(options.members)
        results = []
        for name, part in PARTS.items():
            if options.only in (None, name):
                own = folder / name
                own.mkdir()
                folder.chmod(0o711)
                results += part(options, places, own)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{head}; {places.describe()}; load {os.getloadavg()[0]:.1f} at the end.", "", *results, sep="\n")


if __name__ == "__main__":
    run_main(main)
