"""The entries, by topic; importing this registers all of them, in the order in which they are run."""
from trial import ENTRIES

from . import bodies, feeds, jobs, machine, models, names, outcomes, packages, reading, sql, tensors, web  # noqa: F401


def order(entry):
    """1.4 before 1.12; those of this benchmark's own, n.1 and on, last."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in entry.name.split(".")]


ENTRIES.sort(key=order)
