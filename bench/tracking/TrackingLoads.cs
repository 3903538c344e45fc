using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Progeny.Tracking.Bench;

/// <summary>The loads: what clients of the tracking API send.</summary>
internal sealed class TrackingLoads(TrackingClient client, string experiment, TimeSpan time)
{
    private const int BatchSize = 1000;

    /// <summary>Requests of <c>log-metric</c> a second, of some clients that each wait for every answer.</summary>
    public async Task<double> LogMetricAsync(int clients)
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => client.CreateRunAsync(experiment)));
        return await MeasureAsync(clients, (each, i) => client.SendAsync(
            "runs/log-metric",
            Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"run_uuid":"{{runs[each]}}","key":"loss","value":{{1.0 / (i + 1):R}},"timestamp":{{i}},"step":{{i}},"run_id":"{{runs[each]}}"}"""))));
    }

    /// <summary>Values a second in batches of 1,000, each of so many metrics.</summary>
    public async Task<double> LogBatchAsync(int clients, int metrics)
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => client.CreateRunAsync(experiment)));
        var bodies = runs.Select(run => Enumerable.Range(0, 16).Select(batch => Batch(run, batch, metrics)).ToArray()).ToArray();
        return BatchSize * await MeasureAsync(
            clients, (each, i) => client.SendAsync("runs/log-batch", bodies[each][i % bodies[each].Length]));
    }

    /// <summary>Runs created a second.</summary>
    public Task<double> CreateRunsAsync(int clients) => MeasureAsync(clients, (_, _) => client.CreateRunAsync(experiment));

    /// <summary>Creates runs with metrics, parameters and tags for searches.</summary>
    public async Task FillAsync(string target, int runs, int metrics)
    {
        const int Writers = 16;
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var random = new Random(writer);
            while (Interlocked.Increment(ref next) is var i && i < runs)
            {
                var run = await client.CreateRunAsync(target, i);
                var values = string.Join(",", Enumerable.Range(0, metrics).Select(m => string.Create(
                    CultureInfo.InvariantCulture, $$"""{"key":"m{{m}}","value":{{random.NextDouble():R}},"timestamp":{{i}},"step":1}""")));
                await client.SendAsync(
                    "runs/log-batch",
                    Encoding.UTF8.GetBytes(
                        $$"""{"run_id":"{{run}}","metrics":[{{values}}],"params":[{"key":"depth","value":"{{i % 10}}"}],"tags":[{"key":"team","value":"t{{i % 100}}"}]}"""));
            }
        }));
    }

    /// <summary>The milliseconds of searches, in order.</summary>
    public async Task<double[]> SearchAsync(string target, int count, Func<Random, string> filter, string order)
    {
        var random = new Random(1);
        var found = new double[count];
        for (var i = -5; i < count; i++)
        {
            var body = Encoding.UTF8.GetBytes(
                $$"""{"experiment_ids":["{{target}}"],"filter":"{{filter(random)}}","order_by":["{{order}}"],"max_results":100}""");
            var started = Stopwatch.GetTimestamp();
            _ = await client.SendAsync("runs/search", body);
            if (i >= 0)
                found[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(found);
        return found;
    }

    private async Task<double> MeasureAsync(int clients, Func<int, int, Task> request)
    {
        var done = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async each =>
        {
            for (var i = 0; Stopwatch.GetElapsedTime(started) < time; i++)
            {
                await request(each, i);
                Interlocked.Increment(ref done);
            }
        }));
        return done / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static byte[] Batch(string run, int batch, int metrics) => Encoding.UTF8.GetBytes(
        $$"""{"run_id":"{{run}}","metrics":[""" + string.Join(",", Enumerable.Range(0, BatchSize).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"key":"k{{i % metrics}}","value":{{Math.Sin(i)}},"timestamp":{{batch * BatchSize + i}},"step":{{batch * BatchSize + i}}}"""))) + "]}");
}
