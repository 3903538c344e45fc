using System.Diagnostics;
using System.Globalization;
using Progeny.Core.Feedback;
using Progeny.Core.Serving;
using Progeny.Storage.Feedback;
using Progeny.Storage.Feeds;
using Progeny.Storage.Serving;

// What the stores cost: dotnet run -c Release --project bench/storage [records]. One line a figure: result <name> <value>.
const int batch = 1_000;
var total = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500_000;
var folder = Directory.CreateTempSubdirectory("progeny-bench-");
try
{
    await MeasureLog();
    await MeasureFeed();
}
finally
{
    folder.Delete(recursive: true);
}

async Task MeasureLog()
{
    using var database = new QueryDatabase(Path.Combine(folder.FullName, "queries.db"));
    var log = new SqliteQueryLog(database);
    await AppendAsync(log, 0, 20 * batch);
    var (firstRate, firstCpu) = await AppendAsync(log, 1, total / 2);
    var (secondRate, secondCpu) = await AppendAsync(log, 2, total / 2);
    Result("log.append.batch-1000.records-per-second", (firstRate + secondRate) / 2);
    Result("log.append.batch-1000.cpu-microseconds-per-record", (firstCpu + secondCpu) / 2);
    Result("log.append.batch-1000.cpu-second-half-vs-first", secondCpu / firstCpu);

    var durable = Stopwatch.StartNew();
    const int callers = 64, each = 50;
    await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
    {
        for (var i = 0; i < each; i++)
            await log.AppendAsync([Record($"durable-{caller}-{i}")], default);
    })));
    Result("log.append.64-callers-one-record.records-per-second", callers * each / durable.Elapsed.TotalSeconds);

    var find = Stopwatch.StartNew();
    const int finds = 1_000;
    for (var i = 0; i < finds; i++)
        _ = await log.FindAsync("flights", $"1-{i * (total / 2 / finds)}", default) ?? throw new InvalidOperationException("A record is missing.");
    Result("log.find.microseconds", find.Elapsed.TotalMicroseconds / finds);

    var outcomes = new SqliteOutcomeStore(database);
    var report = Stopwatch.StartNew();
    const int reports = 10_000;
    await outcomes.ReportAsync("flights", [.. Enumerable.Range(0, reports).Select(i => new ReportedOutcome($"2-{i}", "late", null, DateTimeOffset.UnixEpoch))], default);
    Result("outcomes.report.batch-10000.reports-per-second", reports / report.Elapsed.TotalSeconds);

    var serve = Stopwatch.StartNew();
    var served = 0;
    await foreach (var _ in log.ReadServedAsync("flights", null, null, 0, default))
        served++;
    Result("log.read-served.records-scanned-per-second", total / serve.Elapsed.TotalSeconds);
    Result("log.bytes-per-record", new FileInfo(Path.Combine(folder.FullName, "queries.db")).Length / (double)total);
}

async Task MeasureFeed()
{
    var path = Path.Combine(folder.FullName, "feed.db");
    await File.WriteAllBytesAsync(path, []);
    var feed = new SqliteFeed("numbers", $"Data Source={path}");
    var watch = Stopwatch.StartNew();
    long rows = 0, peak = 0;
    var before = Environment.WorkingSet;
    await using (var reader = await feed.ReadAsync(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i, i / 2.0, 'text ' || i FROM n",
        new Dictionary<string, object?>(), default))
    {
        while (await reader.ReadAsync(default))
        {
            if (++rows % 50_000 == 0)
                peak = Math.Max(peak, Environment.WorkingSet - before);
        }
    }

    Result("feed.sqlite.rows-per-second", rows / watch.Elapsed.TotalSeconds);
    Result("feed.sqlite.million-rows.working-set-growth-mebibytes", peak / 1048576.0);

    watch.Restart();
    const int lookups = 10_000;
    await feed.LookupAsync(
        "SELECT :i * 2 AS twice", ["twice"], [.. Enumerable.Range(0, lookups).Select(i => new Dictionary<string, object?> { ["i"] = (long)i })], default);
    Result("feed.sqlite.lookups-per-second", lookups / watch.Elapsed.TotalSeconds);
}

async Task<(double RecordsPerSecond, double CpuMicroseconds)> AppendAsync(SqliteQueryLog log, int round, int count)
{
    var batches = Enumerable.Range(0, count / batch).Select(b => Enumerable.Range(0, batch).Select(i => Record($"{round}-{(b * batch) + i}")).ToList()).ToList();
    var cpu = Environment.CpuUsage.TotalTime;
    var watch = Stopwatch.StartNew();
    foreach (var records in batches)
        await log.AppendAsync(records, default);
    return (count / watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count);
}

static QueryRecord Record(string id) => new()
{
    At = DateTimeOffset.UnixEpoch.AddYears(56),
    QueryId = id,
    Project = "flights",
    Release = "1.0.0",
    Generation = 1,
    Arm = "champion",
    Reason = "share",
    Entity = "UA 1234",
    Fields = """{"hour":17,"weekday":5,"distance":2586,"origin":"SFO","destination":"JFK"}""",
    Augmented = """{"origin_state":"CA","origin_latitude":37.6188,"destination_state":"NY"}""",
    Prediction = """{"late":0.2512345,"label":"on time"}""",
    Latency = new QueryLatency(12, 40, 210, 480),
};

static void Result(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.###}"));
