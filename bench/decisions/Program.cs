using System.Globalization;
using Progeny.Bench.Decisions;

// What the statistics behind rollouts promise, by simulation: bench/decisions/run.sh [--quick] [--seed N] [--only
// aa|entities|ab|bandit|sparse|canary|flipped].
var quick = args.Contains("--quick");
var seed = Array.IndexOf(args, "--seed") is var at and >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 1;
var only = Array.IndexOf(args, "--only") is var one and >= 0 ? args[one + 1] : null;
(string Name, Action Run)[] parts =
[
    ("aa", () => FalseVerdicts.Run(runs: quick ? 500 : 10_000, outcomes: quick ? 500 : 2_000, seed)),
    ("entities", () => ClusteredRuns.Run(runs: quick ? 200 : 2_000, outcomes: quick ? 1_000 : 5_000, seed)),
    ("ab", () => Power.Run(runs: quick ? 60 : 2_000, seed)),
    ("bandit", () => Regret.Run(runs: quick ? 6 : 200, batched: quick ? 2 : 20, seed)),
    ("sparse", () => SparseRewards.Run(runs: quick ? 10 : 200, seed)),
    ("canary", () => BadCanaries.Run(runs: quick ? 500 : 10_000, seed)),
    ("flipped", () => FlippedLabels.Run(runs: quick ? 50 : 2_000, seed)),
];
if (only is not null && !parts.Any(part => part.Name == only))
{
    Console.Error.WriteLine($"--only is '{only}'; it must be one of {string.Join(", ", parts.Select(part => part.Name))}.");
    return 2;
}

foreach (var (name, run) in parts)
{
    if (only is null || only == name)
        run();
}

return 0;
