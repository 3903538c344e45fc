using System.Data.Common;
using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Metrics.Postgres;

/// <summary>How good predictions were, in the cluster's database.</summary>
public sealed class PostgresScoreStore(PostgresPerfdb perfdb) : ScoreStore
{
    // PostgreSQL refuses a sum or a product that overflows or underflows where SQLite goes on, so what might is summed here.
    private protected override string SelectArms =>
        """
        SELECT s.arm, g.project, g.release, g.generation, count(*), count(*) FILTER (WHERE s.value <> 0 AND s.value <> 1),
            coalesce(sum(s.value) FILTER (WHERE abs(s.value) < 1e145), 0),
            coalesce(sum(s.value * s.value) FILTER (WHERE abs(s.value) BETWEEN 1e-150 AND 1e145), 0),
            array_agg(s.value) FILTER (WHERE abs(s.value) >= 1e145)
        FROM (
            SELECT arm, generation, CAST(figures ->> :metric AS double precision) AS value FROM scores
            WHERE project = :project AND moment >= :since AND reason IN (:share, :shadow)
        ) AS s JOIN generations AS g ON g.id = s.generation WHERE s.value IS NOT NULL
        GROUP BY s.arm, s.generation, g.id ORDER BY s.arm, s.generation
        """;

    private protected override string SelectArrived =>
        """
        SELECT name, CAST(sum(count) AS bigint), coalesce(sum(sum) FILTER (WHERE abs(sum) < 1e300), 0),
            array_agg(sum) FILTER (WHERE abs(sum) >= 1e300)
        FROM arrivals
        WHERE generation = (SELECT id FROM generations WHERE project = :Project AND release = :Release AND generation = :Generation)
          AND start > :since AND start <= :until
        GROUP BY name
        """;

    private protected override string SelectLastChange => "SELECT changes FROM score_cursor";

    /// <inheritdoc/>
    public override async Task<bool> ApplyAsync(ScoreBatch batch, CancellationToken cancellationToken)
    {
        var age = await perfdb.ReadAgeAsync(cancellationToken);
        var generations = new Dictionary<GenerationReference, long>();
        foreach (var generation in batch.Scores.Select(score => score.Generation).Distinct())
            generations.Add(generation, await perfdb.IdOfAsync(generation, cancellationToken));
        var isApplied = await perfdb.WriteAsync(
            (connection, token) => new ScoreTransaction(connection, perfdb.Partitions, batch, generations, age).RunAsync(token),
            cancellationToken);
        await perfdb.UpkeepAsync(cancellationToken);
        return isApplied;
    }

    /// <inheritdoc/>
    public override Task<long> EraseAsync(string project, IReadOnlyCollection<string> queryIds, CancellationToken cancellationToken) =>
        perfdb.WriteAsync(
        async (connection, token) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(ScoreTransaction.Lock, cancellationToken: token));
            var removed = 0L;
            foreach (var part in queryIds.Chunk(ErasedAtOnce))
                removed += await connection.ExecuteAsync(
                    new CommandDefinition(
                        Erase.Replace("IN @part", "= ANY(@part)", StringComparison.Ordinal),
                        new { project, part },
                        cancellationToken: token));
            return removed;
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> SweepAsync(LogStart begin, CancellationToken cancellationToken) => perfdb.WriteAsync(
        async (connection, token) =>
        {
            // A score that is replaced meanwhile is another one, and stays.
            await connection.ExecuteAsync(new CommandDefinition(ScoreTransaction.Lock, cancellationToken: token));
            return SweptAtOnce == await connection.ExecuteAsync(new CommandDefinition(
                DeleteSwept, SweptBefore(begin), cancellationToken: token));
        },
        cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        perfdb.ReadAsync(work, cancellationToken);

    private protected override (long Others, double Sum, double Squares) ReadSums(DbDataReader row)
    {
        var large = LargeOf(row, 8);
        return (row.GetInt64(5), Sum(row.GetDouble(6), large), Sum(row.GetDouble(7), large.Select(value => value * value)));
    }

    private protected override double ReadSum(DbDataReader row) => Sum(row.GetDouble(2), LargeOf(row, 3));

    private static double[] LargeOf(DbDataReader row, int column) => row.IsDBNull(column) ? [] : row.GetFieldValue<double[]>(column);

    private static double Sum(double sum, IEnumerable<double> values) => values.Aggregate(new MetricFigure(sum, 0), (total, value) =>
        total + new MetricFigure(value, 0)).Sum;
}
