using Dapper;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics;

/// <summary>How good predictions were, in the file of the perfdb.</summary>
public sealed class SqliteScoreStore(MetricsDatabase database, TimeProvider time) : IScoreStore
{
    /// <inheritdoc/>
    public Task<long> GetPlaceAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalar<long>("SELECT reports FROM place"), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingOutcome>> ListWaitingAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<WaitingOutcome> (connection) =>
        {
            using var reader = connection.ExecuteReader(
                "SELECT project, query_id, value, since, due FROM waiting WHERE due <= :now ORDER BY due LIMIT :limit", new { now = now.ToUnixTimeSeconds(), limit });
            var waiting = new List<WaitingOutcome>();
            while (reader.Read())
            {
                waiting.Add(new WaitingOutcome(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(3)),
                    DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(4))));
            }

            return waiting;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ApplyAsync(ScoreBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(() => database.Scores.Apply(batch, time.GetUtcNow()), cancellationToken);
}
