"""What was measured, as tables and as result lines."""
from statistics import median

# name of the ratio -> the measure, whose it is, and whose it is divided by.
RATIOS = {
    "fast-vs-bare": ("rate", "fast", "bare"),
    "none-vs-floor": ("rate", "none", "floor"),
    "fast-vs-floor": ("rate", "fast", "floor"),
    "durable-vs-fast": ("rate", "durable", "fast"),
    "fast-vs-fastify": ("rate", "fast", "fastify"),
    "fast-vs-fastapi": ("rate", "fast", "fastapi"),
    "none-p99-vs-floor": ("p99", "none", "floor"),
    "fast-p99-vs-floor": ("p99", "fast", "floor"),
    "none-cpu-vs-floor": ("cpu", "none", "floor"),
    "fast-cpu-vs-floor": ("cpu", "fast", "floor"),
    "durable-cpu-vs-fast": ("cpu", "durable", "fast"),
    "fast-cpu-vs-fastify": ("cpu", "fast", "fastify"),
    "fast-cpu-vs-fastapi": ("cpu", "fast", "fastapi"),
}


# Above this share of the machine's processors for other work, throughput and latency say little.
QUIET = 0.05


def crowd(cells):
    """One line on how much of the machine other programs took while it was measured."""
    shares = [run["others"] for peers in cells.values() for runs in peers.values() for run in runs]
    verdict = "" if median(shares) <= QUIET else " Too much for throughput and latency to be trusted; CPU a request suffers least."
    return f"Other programs took {100 * median(shares):.0f} % of the processors (median; at most {100 * max(shares):.0f} %).{verdict}"


def table(cells):
    lines = [
        "| load | connections | peer | requests/s | p50 ms | p99 ms | CPU µs/request | logged |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |"]
    for (load, connections), peers in cells.items():
        for peer, runs in peers.items():
            of = {measure: median(run[measure] for run in runs) for measure in ("rate", "p50", "p99", "cpu")}
            logged = [run["logged"] for run in runs if run["logged"] is not None]
            share = f"{100 * median(logged):.0f} %" if logged else ""
            lines.append(
                f"| {load} | {connections} | {peer} | {of['rate']:,.0f} | {of['p50']:.2f} | {of['p99']:.2f} | {of['cpu']:,.1f} | {share} |")
    return lines


def ratios(cells):
    """(name, median, least, greatest) of each ratio; a ratio is taken within a round, where the peers ran next to each other."""
    for (load, connections), peers in cells.items():
        for name, (measure, above, below) in RATIOS.items():
            if above in peers and below in peers:
                values = [a[measure] / b[measure] for a, b in zip(peers[above], peers[below])]
                yield f"{load}-{connections}.{name}", median(values), min(values), max(values)


def ratio_table(cells):
    yield "| ratio | median | least | greatest |"
    yield "| --- | ---: | ---: | ---: |"
    for name, middle, least, greatest in ratios(cells):
        yield f"| {name} | {middle:.2f} | {least:.2f} | {greatest:.2f} |"


def result_lines(cells):
    for (load, connections), peers in cells.items():
        for peer, runs in peers.items():
            yield f"result {load}-{connections}.{peer}.requests_per_second {median(run['rate'] for run in runs):.0f}"
    for name, middle, _, _ in ratios(cells):
        yield f"result {name} {middle:.3f}"
