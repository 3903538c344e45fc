using System.Data.Common;
using Dapper;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>How good predictions were, in the file of the perfdb.</summary>
public sealed class SqliteScoreStore(MetricsDatabase database) : ScoreStore
{
    private protected override string SelectArms =>
        """
        SELECT s.arm, g.project, g.release, g.generation, count(*), sum(s.value <> 0 AND s.value <> 1),
            coalesce(sum(s.value), 9e999), coalesce(sum(s.value * s.value), 9e999)
        FROM (
            SELECT arm, generation, json_extract(figures, '$.' || json_quote(:metric)) AS value FROM scores
            WHERE project = :project AND moment >= :since AND reason IN (:share, :shadow)
        ) AS s JOIN generations AS g ON g.id = s.generation WHERE s.value IS NOT NULL
        GROUP BY s.arm, s.generation ORDER BY s.arm, s.generation
        """;

    private protected override string SelectArrived =>
        """
        SELECT name, sum(count), coalesce(sum(sum), 9e999) FROM arrivals
        WHERE generation = (SELECT id FROM generations WHERE project = :Project AND release = :Release AND generation = :Generation)
          AND start > :since AND start <= :until
        GROUP BY name
        """;

    private protected override string SelectLastChange => "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'score_changes'";

    /// <inheritdoc/>
    public override Task<bool> ApplyAsync(ScoreBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(() => database.Scores.Apply(batch, database.ReadAge()), cancellationToken);

    /// <inheritdoc/>
    public override Task<long> EraseAsync(string project, IReadOnlyCollection<string> queryIds, CancellationToken cancellationToken) =>
        database.WriteAsync(
        connection =>
        {
            connection.Execute("PRAGMA secure_delete = ON");
            try
            {
                return queryIds.Chunk(ErasedAtOnce).Sum(part => (long)connection.Execute(Erase, new { project, part }));
            }
            finally
            {
                connection.Execute("PRAGMA secure_delete = OFF");
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> SweepAsync(LogStart begin, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => SweptAtOnce == connection.Execute(DeleteSwept, SweptBefore(begin)), cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);

    private protected override (long Others, double Sum, double Squares) ReadSums(DbDataReader row) =>
        (row.GetInt64(5), row.GetDouble(6), row.GetDouble(7));

    private protected override double ReadSum(DbDataReader row) => row.GetDouble(2);
}
