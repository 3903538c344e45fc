"""Writes data/deliveries.csv: 1,200 made-up deliveries, the same on every run."""

import csv
import datetime
import math
import random

random.seed(20240301)
ordered_at = datetime.datetime(2024, 3, 1, 9)
with open("data/deliveries.csv", "w", newline="", encoding="utf-8") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["ordered_at", "hour", "distance", "rain", "express", "vehicle", "late"])
    for _ in range(1200):
        ordered_at += datetime.timedelta(minutes=random.randint(3, 40))
        distance = round(random.gammavariate(2, 2.5), 2)
        rain = round(max(0.0, random.gauss(0, 2.5)), 1)
        express = random.random() < 0.25
        vehicle = random.choices(["bike", "scooter", "car"], [5, 3, 2])[0]
        score = (0.45 * distance + 0.35 * rain - 3.4 + {"bike": 0.6, "scooter": -0.3, "car": -0.5}[vehicle]
                 + (0.7 if ordered_at.hour in (12, 13, 18, 19) else 0) - (1.2 if express else 0))
        late = random.random() < 1 / (1 + math.exp(-score))
        rows.writerow([
            ordered_at.isoformat(), ordered_at.hour, distance, "" if random.random() < 0.08 else rain, str(express).lower(),
            "" if random.random() < 0.03 else vehicle, "yes" if late else "no"])
