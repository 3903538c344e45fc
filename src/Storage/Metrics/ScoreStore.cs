using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Storage.Metrics;

/// <summary>What the store of scores is on every database: how scores, their changes and what waits are read.</summary>
public abstract class ScoreStore : IScoreStore
{
    private protected const int ErasedAtOnce = 500;

    private protected const string Erase =
        "DELETE FROM scores WHERE project = @project AND query_id IN @part; DELETE FROM waiting WHERE project = @project AND query_id IN "
            + "@part";

    /// <inheritdoc/>
    public abstract Task<long> EraseAsync(string project, IReadOnlyCollection<string> queryIds, CancellationToken cancellationToken);

    /// <summary>How many scores one call of <see cref="SweepAsync"/> removes.</summary>
    private protected const int SweptAtOnce = 1_000;

    /// <summary>Removes what <see cref="SweepAsync"/> says, with the parameters of <see cref="SweptBefore"/>.</summary>
    private protected const string DeleteSwept =
        """
        DELETE FROM scores WHERE project = :Project AND query_id IN (
            SELECT query_id FROM scores
            WHERE project = :Project
              AND generation = (SELECT id FROM generations WHERE project = :Owner AND release = :Release AND generation = :Generation)
              AND sequence < :Sequence AND (sequence > 0 OR moment < :Moment)
            ORDER BY sequence LIMIT :SweptAtOnce)
        """;

    private const string SelectChanges =
        """
        SELECT c.position, c.added, g.project, g.release, g.generation, c.arm, c.reason, c.sequence, c.moment, c.figures, c.cluster
        FROM score_changes AS c JOIN generations AS g ON g.id = c.generation
        WHERE c.project = :project AND c.position > :after ORDER BY c.position LIMIT :limit
        """;

    private const string SelectWaiting =
        "SELECT project, query_id, value, since, due FROM waiting WHERE due <= :now OR due > :latest ORDER BY due LIMIT :limit";

    /// <summary>
    /// Columns: arm, project, release, generation, number of values, and what <see cref="ReadSums"/> reads, from number 5 on.
    /// </summary>
    private protected abstract string SelectArms { get; }

    /// <summary>Columns: name, number of outcomes, and what <see cref="ReadSum"/> reads, from number 2 on.</summary>
    private protected abstract string SelectArrived { get; }

    private protected abstract string SelectLastChange { get; }

    /// <inheritdoc/>
    public Task<long> GetPlaceAsync(CancellationToken cancellationToken) => ReadAsync(
        (connection, token) => connection.ExecuteScalarAsync<long>(
            new CommandDefinition("SELECT reports FROM score_cursor", cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingOutcome>> ListWaitingAsync(
        DateTimeOffset now, TimeSpan longest, int limit, CancellationToken cancellationToken) => ListAsync(
        SelectWaiting,
        new { now = now.ToUnixTimeSeconds(), latest = (now + longest).ToUnixTimeSeconds() + 1, limit },
        row => new WaitingOutcome(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(3)),
            DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4))),
        cancellationToken);

    /// <inheritdoc/>
    public abstract Task<bool> ApplyAsync(ScoreBatch batch, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ArmScores>> ReadArmsAsync(
        string project, DateTimeOffset since, string metric, CancellationToken cancellationToken) => ListAsync(
        SelectArms,
        new { project, since = since.ToUnixTimeMilliseconds(), metric, share = Reasons.Share, shadow = Reasons.Shadow },
        row =>
        {
            var (others, sum, squares) = ReadSums(row);
            return new ArmScores(row.GetString(0), Generation(row, 1), row.GetInt64(4), sum, squares, others);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<(long Outcomes, IReadOnlyDictionary<string, MetricFigure> Figures)> ReadArrivedAsync(
        GenerationReference generation, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var range = new
        {
            generation.Project,
            generation.Release,
            generation.Generation,
            since = since.ToUnixTimeSeconds() - ArrivalKey.Step,
            until = until.ToUnixTimeSeconds(),
        };
        var rows = await ListAsync(
            SelectArrived,
            range,
            row => (Name: row.GetString(0), Figure: new MetricFigure(ReadSum(row), row.GetInt64(1))),
            cancellationToken);
        var figures = rows.ToDictionary(row => row.Name, row => row.Figure, StringComparer.Ordinal);
        return (figures.Remove(ArrivalKey.CountName, out var outcomes) ? outcomes.Count : 0, figures);
    }

    /// <inheritdoc/>
    public Task<long> GetLastChangeAsync(CancellationToken cancellationToken) => ReadAsync(
        (connection, token) => connection.ExecuteScalarAsync<long>(new CommandDefinition(SelectLastChange, cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScoreChange>> ReadChangesAsync(
        string project, long after, int limit, CancellationToken cancellationToken) => ListAsync(
        SelectChanges,
        new { project, after, limit },
        row => new ScoreChange(
            row.GetInt64(0),
            row.GetInt64(1) == 1,
            Generation(row, 2),
            row.GetString(5),
            row.GetString(6),
            row.GetInt64(7),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)),
            JsonSerializer.Deserialize<Dictionary<string, double>>(row.GetString(9))!)
        { Cluster = row.IsDBNull(10) ? null : row.GetInt32(10) },
        cancellationToken);

    /// <inheritdoc/>
    public abstract Task<bool> SweepAsync(LogStart begin, CancellationToken cancellationToken);

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// How many values of an arm are neither 0 nor 1, their sum, and the sum of their squares; either is infinite where it overflows.
    /// </summary>
    private protected abstract (long Others, double Sum, double Squares) ReadSums(DbDataReader row);

    /// <summary>The sum of a figure; infinite where it overflows.</summary>
    private protected abstract double ReadSum(DbDataReader row);

    /// <summary>The parameters of <see cref="DeleteSwept"/>.</summary>
    private protected static object SweptBefore(LogStart begin) => new
    {
        begin.Project,
        Owner = begin.Generation.Project,
        begin.Generation.Release,
        begin.Generation.Generation,
        begin.Sequence,
        Moment = begin.At?.ToUnixTimeMilliseconds() ?? long.MaxValue,
        SweptAtOnce,
    };

    private static GenerationReference Generation(DbDataReader row, int column) =>
        new(row.GetString(column), row.GetString(column + 1), row.GetInt32(column + 2));

    private Task<IReadOnlyList<T>> ListAsync<T>(
        string sql, object parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken) => ReadAsync(
        async Task<IReadOnlyList<T>> (connection, token) =>
        {
            await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, cancellationToken: token));
            var found = new List<T>();
            while (await rows.ReadAsync(token))
                found.Add(read(rows));
            return found;
        },
        cancellationToken);
}
