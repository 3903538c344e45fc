"""Clusters whose parts die, hang or lose each other; run by bench/cluster/chaos.sh."""
import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import traceback

from trial import PARTS, Skipped, Trial

import kills  # noqa: F401 (they register their parts)
import database  # noqa: F401
import partition  # noqa: F401
import skew  # noqa: F401
import upgrade  # noqa: F401


def arguments():
    parser = argparse.ArgumentParser(prog="bench/cluster/chaos.sh")
    parser.add_argument("--gateway", required=True, type=lambda path: pathlib.Path(path).resolve(), help=argparse.SUPPRESS)
    parser.add_argument("--silo", required=True, type=lambda path: pathlib.Path(path).resolve(), help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--seed", type=int, default=1, help="the seed of what is drawn")
    parser.add_argument("--minutes", type=float, default=10, help="how long nodes are killed (10)")
    parser.add_argument("--nodes", type=int, default=3, help="nodes that answer queries, beside a silo for training (3)")
    parser.add_argument("--old", default="HEAD", help="the commit of the other build of 'upgrade'; it gets a version of its own (HEAD)")
    parser.add_argument("--quick", action="store_true", help="shorter outages, and two minutes of kills")
    parser.add_argument("--list", action="store_true", help="name the parts, and run nothing")
    parser.add_argument("--keep", action="store_true", help="keep the folders with logs and data")
    options = parser.parse_args()
    if options.quick:
        options.minutes = min(options.minutes, 2)
    if options.nodes < 2:
        parser.error("--nodes must be 2 or more")
    return options


def run(name, options, root):
    """Runs a part in a folder of its own. Returns what it found."""
    folder = root / name
    folder.mkdir(mode=0o711)
    trial = Trial(name, options, folder)
    try:
        PARTS[name][1](trial)
    except Skipped as reason:
        print(f"skipped chaos.{name}: {reason}", flush=True)
        return trial
    except Exception as error:
        traceback.print_exc()
        trial.discrepancy(f"the part broke off: {error!r}")
    # The figures of the first part have the names that all know.
    prefix = "chaos" if name == "kills" else f"chaos.{name}"
    for figure, value in trial.figures.items():
        print(f"result {prefix}.{figure} {value}", flush=True)
    return trial


def main():
    options = arguments()
    if options.list:
        print(*(f"{name}  {title}" for name, (title, _) in PARTS.items()), sep="\n")
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("Ended."))
    root = pathlib.Path(tempfile.mkdtemp(prefix="progeny-chaos-"))
    # PostgreSQL's own user must come through.
    root.chmod(0o711)
    try:
        trials = [run(name, options, root) for name in options.only or PARTS]
    finally:
        if options.keep:
            print(f"Kept: {root}", file=sys.stderr)
        else:
            shutil.rmtree(root, ignore_errors=True)
    found = sum(len(trial.discrepancies) for trial in trials)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\n{found} discrepancies in {len(trials)} parts (load of the machine in the end: {load})")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
