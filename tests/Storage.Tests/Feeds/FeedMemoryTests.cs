using Progeny.Storage.Feeds;
using static Progeny.Storage.Tests.Feeds.FeedRows;

namespace Progeny.Storage.Tests.Feeds;

[Collection(Alone.Name)]
public sealed class FeedMemoryTests
{
    [Fact]
    public async Task Read_of_a_million_rows_takes_constant_memory()
    {
        using var folder = new TemporaryFolder();
        var feed = new SqliteFeed("numbers", $"Data Source={folder["numbers.db"]};Pooling=False");
        await File.WriteAllBytesAsync(folder["numbers.db"], []);
        await using var reader = await feed.ReadAsync(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i, i / 2.0, 'text ' || i FROM n",
            NoParameters,
            default);
        long rows = 0, peak = 0, sum = 0;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        while (await reader.ReadAsync(default))
        {
            sum += (long)reader.GetValue(0)!;
            if (++rows % 100_000 == 0)
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        rows.ShouldBe(1_000_000);
        sum.ShouldBe(500_000_500_000);
        peak.ShouldBeLessThan(4 << 20);
    }
}
