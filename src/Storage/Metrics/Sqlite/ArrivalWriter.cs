using Microsoft.Data.Sqlite;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>
/// Sums figures by the time at which their outcome came, however late that was; used by one thread, within the transaction that is open.
/// A generation's newest parts of time are kept.
/// </summary>
internal sealed class ArrivalWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement add = new(
        connection,
        """
        INSERT INTO arrivals (generation, name, start, sum, count) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET sum = coalesce(sum + excluded.sum, 9e999), count = count + excluded.count
        """);

    private readonly SqliteStatement change = new(
        connection,
        "UPDATE arrivals SET sum = coalesce(sum + ?4, 9e999), count = count + ?5 WHERE generation = ?1 AND name = ?2 AND start = ?3");

    private readonly SqliteStatement trim = new(
        connection,
        $"""
        DELETE FROM arrivals WHERE generation = ?1 AND start <= (
            SELECT start FROM arrivals WHERE generation = ?1 AND name = '{ArrivalKey.CountName}' ORDER BY start DESC LIMIT 1 OFFSET {ArrivalKey.MaxParts})
        """);

    private readonly Dictionary<long, long> newest = [];

    public void Add(ScoreTally tally)
    {
        foreach (var (key, figure) in tally.Arrivals)
        {
            // What is taken away of a part that is gone went with it.
            var statement = key.Start == tally.ArrivalStart ? add : change;
            statement.Bind(1, key.Generation);
            statement.Bind(2, key.Name);
            statement.Bind(3, key.Start);
            statement.Bind(4, figure.Sum);
            statement.Bind(5, figure.Count);
            statement.Execute();
        }

        foreach (var generation in tally.Arrivals.Keys.Select(key => key.Generation).Distinct()
            .Where(generation => newest.GetValueOrDefault(generation) != tally.ArrivalStart))
        {
            trim.Bind(1, generation);
            trim.Execute();
            newest[generation] = tally.ArrivalStart;
        }
    }

    public void Dispose()
    {
        add.Dispose();
        change.Dispose();
        trim.Dispose();
    }
}
