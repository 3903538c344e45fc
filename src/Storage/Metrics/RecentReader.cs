using System.Data.Common;
using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics;

/// <summary>Reads the newest rows of a generation.</summary>
internal static class RecentReader
{
    private const string SelectLast =
        """
        SELECT id, (SELECT max(until) FROM recent WHERE recent.generation = generations.id) FROM generations
        WHERE project = :Project AND release = :Release AND generation = :Generation
        """;

    private const string SelectBlocks = "SELECT data FROM recent WHERE generation = :id AND until > :from ORDER BY until DESC";
    private const string SelectWindows =
        """
        SELECT start, data FROM distributions WHERE generation = :id AND step = :seconds AND start < :before
        ORDER BY start DESC LIMIT :page
        """;

    private const string SelectFirst = "SELECT min(start) FROM distributions WHERE generation = :id AND step = :seconds";

    // A reader that ends early has been sent the rest of its page already.
    private const int Page = 100;

    public static async Task<RecentRows?> ReadAsync(
        DbConnection connection, GenerationReference generation, long rows, CancellationToken cancellationToken)
    {
        var (id, until) = await connection.QuerySingleOrDefaultAsync<(long Id, long? Until)>(new CommandDefinition(
            SelectLast, new { generation.Project, generation.Release, generation.Generation }, cancellationToken: cancellationToken));
        if (until is not { } last)
            return null;
        var distributions = new Distributions();
        if (rows <= RecentBlock.MaxRows)
        {
            // Blocks lie behind each other without a gap, so those that end behind a number of rows hold them.
            await using var blocks = await connection.ExecuteReaderAsync(new CommandDefinition(
                SelectBlocks, new { id, from = last - rows }, cancellationToken: cancellationToken));
            while (await blocks.ReadAsync(cancellationToken))
                distributions.Merge(Distributions.Decode((byte[])blocks.GetValue(0)));
            return new RecentRows(last, distributions.Rows, distributions);
        }

        // Hours stand in for minutes that are not kept any more.
        var before = long.MaxValue;
        foreach (var resolution in MetricsResolution.All.Skip(1))
        {
            await AddWindowsAsync(connection, id, resolution.Seconds, before, rows, distributions, cancellationToken);
            var first = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                SelectFirst, new { id, seconds = resolution.Seconds }, cancellationToken: cancellationToken));
            before = first is { } start ? MetricsResolution.All[^1].StartOf(start) : before;
        }

        return new RecentRows(last, distributions.Rows, distributions);
    }

    /// <summary>Adds the newest windows before a time until there are enough rows.</summary>
    private static async Task AddWindowsAsync(
        DbConnection connection, long id, int seconds, long before, long rows, Distributions to, CancellationToken cancellationToken)
    {
        for (var read = Page; read == Page && to.Rows < rows;)
        {
            read = 0;
            await using var windows = await connection.ExecuteReaderAsync(new CommandDefinition(
                SelectWindows, new { id, seconds, before, page = Page }, cancellationToken: cancellationToken));
            for (; to.Rows < rows && await windows.ReadAsync(cancellationToken); read++)
            {
                before = windows.GetInt64(0);
                to.Merge(Distributions.Decode((byte[])windows.GetValue(1)));
            }
        }
    }
}
