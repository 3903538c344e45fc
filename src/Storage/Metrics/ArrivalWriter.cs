using Microsoft.Data.Sqlite;
using Progeny.Core.Evaluation;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics;

/// <summary>
/// Sums figures by the time at which their outcome came, however late that was; used by one thread, within the transaction that is open.
/// A generation's newest parts of time are kept.
/// </summary>
internal sealed class ArrivalWriter(SqliteConnection connection) : IDisposable
{
    /// <summary>The length of a part, in seconds.</summary>
    public const long Step = 300;

    /// <summary>The name under which the number of outcomes is stored.</summary>
    public const string CountName = "";

    // 30 days in which outcomes come all the time.
    private const int MaxParts = 8_640;

    private readonly SqliteStatement add = new(
        connection,
        """
        INSERT INTO arrivals (generation, name, start, sum, count) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET sum = coalesce(sum + excluded.sum, 9e999), count = count + excluded.count
        """);

    private readonly SqliteStatement change = new(
        connection, "UPDATE arrivals SET sum = coalesce(sum + ?4, 9e999), count = count + ?5 WHERE generation = ?1 AND name = ?2 AND start = ?3");

    private readonly SqliteStatement trim = new(
        connection,
        $"""
        DELETE FROM arrivals WHERE generation = ?1 AND start <= (
            SELECT start FROM arrivals WHERE generation = ?1 AND name = '{CountName}' ORDER BY start DESC LIMIT 1 OFFSET {MaxParts})
        """);

    private readonly Dictionary<(long Generation, string Name, long Start), MetricFigure> sums = [];
    private readonly Dictionary<long, long> newest = [];

    /// <summary>Adds a figure once <see cref="Flush"/> is called; a negative one takes away what was added at that time.</summary>
    /// <param name="arrived">When the outcome came, in seconds since 1970; 0: that is not known, so it was never added.</param>
    public void Add(long generation, string name, long arrived, MetricFigure figure)
    {
        if (arrived == 0)
            return;
        var key = (generation, name, StartOf(arrived));
        sums[key] = sums.GetValueOrDefault(key) + figure;
    }

    /// <param name="now">The time at which what was added came.</param>
    public void Flush(long now)
    {
        foreach (var ((generation, name, start), figure) in sums)
        {
            // What is taken away of a part that is gone went with it.
            var statement = start == StartOf(now) ? add : change;
            statement.Bind(1, generation);
            statement.Bind(2, name);
            statement.Bind(3, start);
            statement.Bind(4, figure.Sum);
            statement.Bind(5, figure.Count);
            statement.Execute();
        }

        foreach (var generation in sums.Keys.Select(key => key.Generation).Distinct().Where(generation => newest.GetValueOrDefault(generation) != StartOf(now)))
        {
            trim.Bind(1, generation);
            trim.Execute();
            newest[generation] = StartOf(now);
        }

        sums.Clear();
    }

    /// <summary>Forgets what a transaction that failed has left.</summary>
    public void Clear() => sums.Clear();

    public void Dispose()
    {
        add.Dispose();
        change.Dispose();
        trim.Dispose();
    }

    private static long StartOf(long seconds) => seconds - (seconds % Step);
}
