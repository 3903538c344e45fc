using System.Diagnostics;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Bench;

/// <summary>What it costs to read a feed.</summary>
internal static class FeedBench
{
    public static async Task RunAsync(string folder)
    {
        var path = Path.Combine(folder, "feed.db");
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

        Figures.Print("feed.sqlite.rows-per-second", rows / watch.Elapsed.TotalSeconds);
        Figures.Print("feed.sqlite.million-rows.working-set-growth-mebibytes", peak / 1048576.0);

        watch.Restart();
        const int lookups = 10_000;
        await feed.LookupAsync(
            "SELECT :i * 2 AS twice",
            ["twice"],
            [.. Enumerable.Range(0, lookups).Select(i => new Dictionary<string, object?> { ["i"] = (long)i })],
            default);
        Figures.Print("feed.sqlite.lookups-per-second", lookups / watch.Elapsed.TotalSeconds);
    }
}
