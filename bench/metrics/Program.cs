using System.Diagnostics;
using System.Globalization;
using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;

// What counting a request costs, alone and on all processors at once: dotnet run -c Release --project bench/metrics.
const int rounds = 7, each = 5_000_000;
var meter = new ServingMeters().For(new GenerationReference("bench", "1.0.0", 1), isLogged: true);
foreach (var threads in (int[])[1, Environment.ProcessorCount])
{
    var best = Enumerable.Range(0, rounds).Min(_ => Measure(meter, threads));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result meter.record-ns.threads-{threads} {best:0.0}"));
}

static double Measure(ServingMeter meter, int threads)
{
    var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
    {
        for (var i = 0; i < each; i++)
            meter.Record(new QueryLatency(1, 2, 3, 500 + (i & 1023)), 1, failed: false);
    })).ToList();
    var started = Stopwatch.GetTimestamp();
    workers.ForEach(worker => worker.Start());
    workers.ForEach(worker => worker.Join());
    return Stopwatch.GetElapsedTime(started).TotalNanoseconds / each;
}
