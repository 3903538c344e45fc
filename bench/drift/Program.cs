using System.Diagnostics;
using System.Globalization;
using Progeny.Core.Tests.Drift;

// How often drift is found where there is none, and how soon where there is: bench/drift/run.sh [--quick] [--seed N].
var quick = args.Contains("--quick");
var seed = Array.IndexOf(args, "--seed") is var at and >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 1;
var (streams, queries, withShift) = quick ? (200, 6_000, 200) : (1_000, 20_000, 1_000);
const double shift = 0.5;
const int within = 2_000;

var started = Stopwatch.GetTimestamp();
var alarms = Run(streams, index => new DriftStream(seed + index, 0).FirstAlarm(queries)).Count(alarm => alarm is not null);
Result("drift.none.streams", streams);
Result("drift.none.queries", queries);
Result("drift.none.alarmed-share", (double)alarms / streams);

// Queries after the shift; an alarm before it is none that counts.
var delays = Run(
    withShift, index => new DriftStream(seed + 1_000_000 + index, shift).FirstAlarm(DriftStream.Window + within) - DriftStream.Window);
var found = delays.Where(delay => delay > 0).Select(delay => delay!.Value).Order().ToList();
Result("drift.shift.streams", withShift);
Result("drift.shift.found-share", (double)found.Count / withShift);
Result("drift.shift.queries-median", found.Count == 0 ? double.NaN : found[found.Count / 2]);
Result("drift.shift.queries-most", found.Count == 0 ? double.NaN : found[^1]);
Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
return alarms <= 0.01 * streams && found.Count >= 0.99 * withShift ? 0 : 1;

static int?[] Run(int count, Func<int, int?> simulate)
{
    var results = new int?[count];
    Parallel.For(0, count, index => results[index] = simulate(index));
    return results;
}

static void Result(string name, double value) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.####}"));
