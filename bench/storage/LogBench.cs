using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.QueryLog.Sqlite;

namespace Progeny.Storage.Bench;

/// <summary>What a record of the query log costs: ten numbers, two classes, a UUID.</summary>
internal static class LogBench
{
    private const int Batch = 1_000;

    public static async Task RunAsync(string folder, int total)
    {
        MeasureEncoding();
        var path = Path.Combine(folder, "queries.db");
        using var database = new QueryDatabase(path);
        var log = new SqliteQueryLog(database, TimeProvider.System);
        var fast = new LogProject(QueryLogMode.Fast);
        MeasureAppend(log, fast, 0, 20 * Batch);
        var first = MeasureAppend(log, fast, 20 * Batch, total / 2);
        var second = MeasureAppend(log, fast, (20 * Batch) + (total / 2), total / 2);
        var logged = (20 * Batch) + total;
        Figures.Print("log.append.batch-1000.cpu-microseconds-per-record", (first + second) / 2);
        Figures.Print("log.append.cpu-second-half-vs-first", second / first);
        await MeasureFindAsync(log, logged);
        Figures.Print("log.bytes-per-record", new FileInfo(path).Length / (double)logged);
        await MeasureOutcomesAsync(log, database, logged);
        await MeasureFastAsync(log, fast, logged, total);
        await MeasureDurableAsync(log, new LogProject(QueryLogMode.Durable));
    }

    private static void MeasureEncoding()
    {
        var project = new LogProject(QueryLogMode.Fast);
        using var builder = new QueryBatchBuilder(project.Served.Log);
        var entry = project.Entry(project.Rows(), project.Prediction(), 1);
        for (var round = 0; round < 3; round++)
        {
            var watch = Stopwatch.StartNew();
            var bytes = 0L;
            const int count = 1_000_000;
            for (var i = 0; i < count; i++)
            {
                builder.Add(entry);
                if (builder.Count == Batch)
                    bytes += builder.Take().Sum(batch => batch.Data.Length);
            }

            if (round < 2)
                continue;
            Figures.Print("log.encode.nanoseconds-per-record", watch.Elapsed.TotalNanoseconds / count);
            Figures.Print("log.encode.bytes-per-record", bytes / (double)count);
        }
    }

    /// <returns>Microseconds of CPU a record, for encoding, writing and indexing.</returns>
    private static double MeasureAppend(SqliteQueryLog log, LogProject project, int from, int count)
    {
        var (rows, prediction) = (project.Rows(), project.Prediction());
        using var builder = new QueryBatchBuilder(project.Served.Log);
        var entries = Enumerable.Range(from, count).Select(i => project.Entry(rows, prediction, i)).ToList();
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        foreach (var entry in entries)
        {
            builder.Add(entry);
            if (builder.Count == Batch)
                log.Append(builder.Take());
        }

        Figures.Print("log.append.batch-1000.records-per-second", count / watch.Elapsed.TotalSeconds);
        return (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count;
    }

    private static async Task MeasureFindAsync(SqliteQueryLog log, int logged)
    {
        const int finds = 2_000;
        var slowest = 0d;
        var all = Stopwatch.StartNew();
        for (var i = 0; i < finds; i++)
        {
            var one = Stopwatch.GetTimestamp();
            _ = await log.FindAsync("flights", LogProject.IdOf((long)i * logged / finds), default)
                ?? throw new InvalidOperationException("A record is missing.");
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(one).TotalMilliseconds);
        }

        Figures.Print("log.find.records", logged);
        Figures.Print("log.find.per-second", finds / all.Elapsed.TotalSeconds);
        Figures.Print("log.find.slowest-milliseconds", slowest);
        var list = Stopwatch.StartNew();
        await log.ListAsync("flights", null, null, null, 100, default);
        Figures.Print("log.list-100.milliseconds", list.Elapsed.TotalMilliseconds);
    }

    private static async Task MeasureOutcomesAsync(SqliteQueryLog log, QueryDatabase database, int logged)
    {
        const int reports = 10_000;
        var outcomes = new OutcomeStore(database);
        var report = Stopwatch.StartNew();
        await outcomes.ReportAsync(
            "flights",
            [
                .. Enumerable.Range(0, reports)
                    .Select(i => new ReportedOutcome(LogProject.IdOf(i * 10), "1", null, DateTimeOffset.UnixEpoch)),
            ],
            default);
        Figures.Print("outcomes.report.batch-10000.reports-per-second", reports / report.Elapsed.TotalSeconds);

        var serve = Stopwatch.StartNew();
        var served = 0;
        await foreach (var _ in log.ReadServedAsync("flights", null, null, 0, [], default))
            served++;
        Figures.Print("log.read-served.found", served);
        Figures.Print("log.read-served.records-scanned-per-second", logged / serve.Elapsed.TotalSeconds);
    }

    /// <summary>The whole way, from the query's thread to the disk.</summary>
    private static async Task MeasureFastAsync(SqliteQueryLog log, LogProject project, int from, int count)
    {
        const int threads = 2;
        using var buffer = new QueryLogBuffer(log, [], NullLogger<QueryLogBuffer>.Instance);
        buffer.Start();
        var entries = Enumerable.Range(0, threads).Select(thread =>
        {
            var (rows, prediction) = (project.Rows(), project.Prediction());
            return Enumerable.Range(0, count / threads).Select(i => project.Entry(rows, prediction, from + (i * threads) + thread))
                .ToList();
        }).ToList();
        GC.Collect();
        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(entries.Select(own => Task.Run(async () =>
        {
            foreach (var entry in own)
            {
                while (buffer.Waiting > 200_000)
                    await Task.Delay(1);
                await buffer.AddAsync(entry);
            }
        })));
        await buffer.StopAsync();
        Figures.Print("log.fast.2-threads.records-per-second", count / watch.Elapsed.TotalSeconds);
        Figures.Print("log.fast.2-threads.cpu-microseconds-per-record", (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count);
        Figures.Print(
            "log.fast.2-threads.allocated-bytes-per-record", (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)count);
        Figures.Print("log.fast.2-threads.dropped", buffer.Dropped);
    }

    private static async Task MeasureDurableAsync(SqliteQueryLog log, LogProject project)
    {
        const int callers = 64, each = 500;
        using var buffer = new QueryLogBuffer(log, [], NullLogger<QueryLogBuffer>.Instance);
        buffer.Start();
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var (rows, prediction) = (project.Rows(), project.Prediction());
            for (var i = 0; i < each; i++)
            {
                if (!await buffer.AddAsync(project.Entry(rows, prediction, ((long)caller << 32) + i)))
                    throw new InvalidOperationException("A record was refused.");
            }
        })));
        Figures.Print("log.durable.64-callers.records-per-second", callers * each / watch.Elapsed.TotalSeconds);
        Figures.Print(
            "log.durable.64-callers.cpu-microseconds-per-record",
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / (callers * each));
        await buffer.StopAsync();
    }
}
