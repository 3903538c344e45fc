using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics;

/// <summary>Reads the newest rows of a generation.</summary>
internal static class RecentReader
{
    private const string Blocks = "SELECT data FROM recent WHERE generation = :id AND until > :from ORDER BY until DESC";
    private const string Windows = "SELECT data FROM distributions WHERE generation = :id AND step = :seconds AND start < :before ORDER BY start DESC";
    private const string First = "SELECT min(start) FROM distributions WHERE generation = :id AND step = :seconds";

    public static RecentRows? Read(SqliteConnection connection, GenerationReference generation, long rows)
    {
        const string select =
            "SELECT id, (SELECT max(until) FROM recent WHERE generation = id) FROM generations WHERE project = :Project AND release = :Release AND generation = :Generation";
        var (id, until) = connection.QuerySingleOrDefault<(long Id, long? Until)>(select, new { generation.Project, generation.Release, generation.Generation });
        if (until is not { } last)
            return null;
        var distributions = new Distributions();
        if (rows <= RecentWriter.MaxRows)
        {
            // Blocks lie behind each other without a gap, so those that end behind a number of rows hold them.
            foreach (var block in connection.Query<byte[]>(Blocks, new { id, from = last - rows }, buffered: false))
                distributions.Merge(Distributions.Decode(block));
            return new RecentRows(last, distributions.Rows, distributions);
        }

        // Hours stand in for minutes that are not kept any more.
        var before = long.MaxValue;
        foreach (var resolution in MetricsResolution.All.Skip(1))
        {
            foreach (var window in connection.Query<byte[]>(Windows, new { id, seconds = resolution.Seconds, before }, buffered: false))
            {
                if (distributions.Rows >= rows)
                    break;
                distributions.Merge(Distributions.Decode(window));
            }

            before = connection.ExecuteScalar<long?>(First, new { id, seconds = resolution.Seconds }) is { } first
                ? first - (first % MetricsResolution.All[^1].Seconds)
                : before;
        }

        return new RecentRows(last, distributions.Rows, distributions);
    }
}
