using System.Globalization;
using Progeny.Core.Common;
using Progeny.Storage.Tests.Feeds;

namespace Progeny.Storage.Tests.Views;

/// <summary>
/// Views over feeds of every kind: what is joined to training rows is what a naive join finds, and what serving would have found then.
/// </summary>
public sealed class FeatureViewTests(PostgresCluster cluster) : IClassFixture<PostgresCluster>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string, string, string, bool> Kinds
    {
        get
        {
            var data = new TheoryData<string, string, string, string, bool>();
            foreach (var feed in new[] { "sqlite", "duckdb", "postgres" })
            {
                data.Add(feed, "timestamptz", "text", "text", true);
                data.Add(feed, "text", "text", "bigint", false);
                data.Add(feed, "bigint", "bigint", "text", true);
                data.Add(feed, "date", "bigint", "bigint", false);
            }

            return data;
        }
    }

    public void Dispose() => folder.Dispose();

    [PostgresTheory]
    [MemberData(nameof(Kinds))]
    public async Task Join_finds_what_a_naive_one_does_and_serving_finds_the_same(
        string feed, string time, string keyOfRows, string keyOfHistory, bool hasEvents)
    {
        await using var tables = Open(feed);
        var random = new Random(17);
        var history = History(random, time, keyOfHistory, hasEvents);
        var rows = Enumerable.Range(0, 120)
            .Select(id => new object?[] { (long)id, Key(random, keyOfRows), When(random, random.Next(60), time), 1L }).ToList();
        var customers = await tables.PutAsync(
            "history", [("customer", keyOfHistory), ("known", time), ("happened", time), ("amount", "double precision"), ("tier", "text")],
            history.Select(each => each.Values));
        var orders = await tables.PutAsync(
            "orders", [("id", "bigint"), ("customer", keyOfRows), ("at", time), ("y", "bigint")], rows);
        var projects = new ViewProjects(tables.Feed);
        var view = projects.View(
            $"SELECT * FROM {customers}", hasEvents ? "happened" : null, time is "timestamptz" or "text" ? TimeSpan.FromHours(9) : null);

        var trained = await projects.TrainAsync($"SELECT * FROM {orders}", view);
        var served = await projects.ServeAsync(view, null, [.. rows.Select(row => (row[1], row[2]))]);

        trained.Count.ShouldBe(rows.Count);
        trained.Count(row => row.Amount is not null).ShouldBeGreaterThan(20, "the test tests something");
        foreach (var (id, amount, tier) in trained)
        {
            var row = rows[(int)id];
            var naive = Naive(history, Text(row[1]), Tick(row[2]!), view.MaxAge);
            (amount, tier).ShouldBe((naive?.Values[3], naive?.Values[4]), $"row {id}: {row[1]} at {row[2]}");
            (served[(int)id]?[0], served[(int)id]?[1]).ShouldBe((amount, tier), $"serving of row {id}: {row[1]} at {row[2]}");
        }
    }

    [PostgresTheory]
    [InlineData("sqlite")]
    [InlineData("duckdb")]
    [InlineData("postgres")]
    public async Task Serving_now_finds_what_training_would_have_joined_then(string feed)
    {
        await using var tables = Open(feed);
        var history = await tables.PutAsync(
            "history", [("customer", "bigint"), ("known", "timestamptz"), ("amount", "double precision"), ("tier", "text")],
            [
                [7, "2026-05-01T00:00:00Z", 1.0, "a"],
                [7, "2026-06-01T11:59:59.999999Z", 2.0, "b"],
                [7, "2026-06-01T12:00:00Z", 3.0, "c"],
                [7, "2026-06-01T12:00:00.000001Z", 4.0, "d"],
            ]);
        var orders = await tables.PutAsync(
            "orders", [("id", "bigint"), ("customer", "bigint"), ("at", "timestamptz"), ("y", "bigint")],
            [[1, 7, "2026-06-01T12:00:00Z", 1], [2, 7, "2026-06-01T12:00:00.000001Z", 1]]);
        var projects = new ViewProjects(tables.Feed);
        var view = projects.View($"SELECT * FROM {history}");

        (await projects.TrainAsync($"SELECT * FROM {orders}", view)).ShouldBe([(1, 2.0, "b"), (2, 3.0, "c")]);
        var now = ViewProjects.Now;
        foreach (var customer in new object[] { 7L, "7" })
        {
            (await projects.ServeAsync(view, now, (customer, null)))[0].ShouldBe([2.0, "b"]);
            // 900 ns later: databases have microseconds, and what is not over yet is not known.
            (await projects.ServeAsync(view, now.AddTicks(9), (customer, null)))[0].ShouldBe([2.0, "b"]);
            (await projects.ServeAsync(view, now.AddTicks(10), (customer, null)))[0].ShouldBe([3.0, "c"]);
        }

        (await projects.ServeAsync(view, now, ("007", null), ("7.0", null), (null, null), ("", null), ("8", null), ("x", null)))
            .ShouldAllBe(values => values == null);
    }

    private ViewTables Open(string feed) => feed switch
    {
        "sqlite" => new ViewTables.Sqlite(folder),
        "duckdb" => new ViewTables.DuckDb(),
        _ => new ViewTables.Postgres(cluster.ConnectionString),
    };

    private static List<Entry> History(Random random, string time, string key, bool hasEvents)
    {
        List<Entry> entries = [];
        while (entries.Count < 150)
        {
            var known = When(random, random.Next(60), time);
            var happened = hasEvents ? When(random, random.Next(60), time) : known;
            object? tier = random.Next(5) == 0 ? null : $"t{random.Next(9)}";
            var entry = new Entry([Key(random, key), known, happened, random.Next(6) == 0 ? null : random.Next(99) + 0.5, tier]);
            if (entries.Exists(other => other.Key == entry.Key && other.Known == entry.Known && other.Event == entry.Event))
                continue;
            entries.Add(entry);
            // The same once more contradicts nothing.
            if (random.Next(10) == 0)
                entries.Add(entry);
        }

        return entries;
    }

    private static object? Key(Random random, string type) => type == "bigint"
        ? random.Next(6) == 0 ? null : (long)(random.Next(3) * 7)
        : random.Next(8) switch { 0 => null, 1 => "", 2 => "007", 3 => "7 ", 4 => "A", 5 => "a", 6 => "14", _ => "7" };

    /// <summary>A moment, of few enough that equal ones are common: by the hour, and a microsecond before or behind it.</summary>
    private static object When(Random random, int hour, string type)
    {
        if (type == "bigint")
            return (long)hour - 30;
        if (type == "date")
            return Start.AddDays(hour).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var time = Start.AddHours(hour).AddMicroseconds(random.Next(3) - 1);
        var offset = TimeSpan.FromMinutes(30 * random.Next(-10, 10));
        return type == "text" && random.Next(3) == 0
            ? time.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture)
            : time.ToOffset(offset).ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
    }

    private static DateTimeOffset Start => new(2025, 10, 25, 0, 0, 0, TimeSpan.Zero);

    private static Entry? Naive(List<Entry> history, string? key, long at, TimeSpan? maxAge)
    {
        Entry? best = null;
        foreach (var entry in history.Where(entry => key is not null && entry.Key == key && entry.Known < at && entry.Event < at))
        {
            if (best is null || entry.Event > best.Event || (entry.Event == best.Event && entry.Known > best.Known))
                best = entry;
        }

        return best is not null && maxAge is { } age && at - best.Event > age.Ticks ? null : best;
    }

    private static string? Text(object? key) => key is null or "" ? null : ValueText.Of(key);

    private static long Tick(object value) => value is long number ? number
        : IsoTime.TryParse((string)value, out var time) ? time.UtcTicks : throw new FormatException((string)value);

    private sealed record Entry(object?[] Values)
    {
        public string? Key => Text(Values[0]);

        public long Known => Tick(Values[1]!);

        public long Event => Tick(Values[2]!);
    }
}
