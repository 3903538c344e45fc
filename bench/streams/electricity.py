"""The stream: half-hours of the electricity market of New South Wales, in time order, and what a business knows of them at each time."""
import csv
import pathlib

DAY = 48
FIELDS = ["period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"]
KNOWN = ["class_day_ago", "mean_day", "mean_same", "mean_hours"]

# An outcome is known one day later: the class a day ago, the means of the day and of the three hours before that, and of this half-hour over a week.
LOOKUP = f"""
SELECT (SELECT class FROM outcomes WHERE t = :t - {DAY}) AS class_day_ago,
       (SELECT avg(class) FROM outcomes WHERE t BETWEEN :t - {2 * DAY - 1} AND :t - {DAY}) AS mean_day,
       (SELECT avg(class) FROM outcomes WHERE t IN ({", ".join(f":t - {day * DAY}" for day in range(1, 8))})) AS mean_same,
       (SELECT avg(class) FROM outcomes WHERE t BETWEEN :t - {DAY + 5} AND :t - {DAY}) AS mean_hours
"""


class Stream:
    def __init__(self, path, rows=None):
        path = pathlib.Path(path)
        if not path.exists():
            raise SystemExit(f"The stream's file {path} is not there. It is the Electricity data set (M. Harries, 1999) as CSV with the columns "
                             f"{', '.join(FIELDS)}, class; --data names it.")
        with open(path, newline="") as file:
            table = list(csv.DictReader(file))[:rows]
        if not table or any(name not in table[0] for name in [*FIELDS, "class"]):
            raise SystemExit(f"{path} has other columns; {', '.join(FIELDS)} and class would be right.")
        self.rows = [{name: float(row[name]) for name in FIELDS} for row in table]
        self.classes = [int(row["class"]) for row in table]

    def __len__(self):
        return len(self.rows)

    def query(self, t, known):
        """What is asked at a time; with the time itself where the business's own database is asked for more."""
        return {**self.rows[t], "t": t} if known else self.rows[t]

    def known(self, t):
        """What the business's database says at a time, as LOOKUP says it."""
        def mean(times):
            classes = [self.classes[past] for past in times if past >= 0]
            return sum(classes) / len(classes) if classes else None

        times = ([t - DAY], range(t - 2 * DAY + 1, t - DAY + 1), range(t - 7 * DAY, t, DAY), range(t - DAY - 5, t - DAY + 1))
        return dict(zip(KNOWN, map(mean, times)))

    def csv(self, first, last, known):
        """Rows with their outcome, as a project brings them along."""
        names = [*FIELDS, *(KNOWN if known else []), "class", "t"]
        lines = [",".join(names)]
        for t in range(first, last):
            row = {**self.rows[t], **(self.known(t) if known else {}), "class": self.classes[t], "t": t}
            lines.append(",".join("" if row[name] is None else repr(row[name]) for name in names))
        return "\n".join(lines) + "\n"
