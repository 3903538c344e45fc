using System.Diagnostics;
using Progeny.Bench.Decisions;
using Progeny.Core.Rollout.Statistics;

var watch = Stopwatch.StartNew();
var runs = int.Parse(args[0]);
foreach (var p in (double[])[0.5, 0.1, 0.02])
{
    var v = SequentialRuns.Run(runs, 2000, 0.5, 0.05, 1, (r, b) => r.NextDouble() < p ? 1 : 0);
    Console.WriteLine($"aa {p} {v.Count(x => x is not null) / (double)runs} {watch.Elapsed.TotalSeconds}");
}
foreach (var s in (double[])[0.5, 0.05])
{
    var v = SequentialRuns.Run(runs, 2000, s, 0.05, 1, (r, b) => -Math.Log(1 - r.NextDouble()));
    Console.WriteLine($"aa exp {s} {v.Count(x => x > 0) / (double)runs} {v.Count(x => x < 0) / (double)runs} {watch.Elapsed.TotalSeconds}");
    v = SequentialRuns.Run(runs, 2000, s, 0.05, 1, (r, b) => { var z = MathNet.Numerics.Distributions.Normal.Sample(r, 0, 1); return z * z; });
    Console.WriteLine($"aa chi2 {s} {v.Count(x => x > 0) / (double)runs} {v.Count(x => x < 0) / (double)runs} {watch.Elapsed.TotalSeconds}");
    v = SequentialRuns.Run(runs, 2000, s, 0.05, 1, (r, b) => { var z = MathNet.Numerics.Distributions.Normal.Sample(r, 0, 1); return z * z * z * z; });
    Console.WriteLine($"aa z^4 {s} {v.Count(x => x > 0) / (double)runs} {v.Count(x => x < 0) / (double)runs} {watch.Elapsed.TotalSeconds}");
}
{
    var v = SequentialRuns.Run(runs/4, 20000, .5, 0.05, 1, (r, b) => r.NextDouble() < (b ? .55 : .5) ? 1 : 0);
    var ok = v.Where(x => x > 0).Select(x => x!.Value).Order().ToList();
    Console.WriteLine($"ab wins {ok.Count / (double)v.Length} mean {ok.Average()} median {ok[ok.Count / 2]} p90 {ok[ok.Count * 9 / 10]} fixed {FixedSampleTest.OutcomesOfEachArm(.5, .55, .05, .9) * 2} {watch.Elapsed.TotalSeconds}");
}
