using System.Data.Common;
using Dapper;
using Npgsql;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>Erasure from the log of a cluster.</summary>
public sealed class PostgresQueryErasure(
    PostgresQueryStore store, ClusterDatabase database, ErasureMarks marks, IArchiveErasure? archive = null)
    : QueryErasure(store, marks, archive)
{
    private const int VacuumSeconds = 600;

    // Columns that the parts of a segment share with it.
    private const string Kept = "day, origin, layout, from_at, until_at";

    /// <inheritdoc/>
    public override async Task<string?> CompactAsync(CancellationToken cancellationToken)
    {
        const string left = "the database's own log of writes, replicas and backups: as long as its operator keeps them";
        try
        {
            await database.ReadAsync(
                (connection, token) => connection.ExecuteAsync(new CommandDefinition(
                    "VACUUM segments, query_ids, outcomes, keyed, scores, waiting",
                    commandTimeout: VacuumSeconds,
                    cancellationToken: token)),
                cancellationToken);
            return left;
        }
        catch (PostgresException exception)
        {
            return $"the tables' free space: until they are vacuumed, which failed ({exception.MessageText}); and {left}";
        }
    }

    private protected override Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, token) => Task.Run(() => work(connection), token), cancellationToken);

    private protected override bool ReplaceSegment(DbConnection connection, long first, ErasedBatch left)
    {
        var old = connection.QuerySingleOrDefault<(int Day, long Origin, long Layout, long FromAt, long UntilAt)?>(
            $"SELECT {Kept} FROM segments WHERE first = @first FOR UPDATE", new { first });
        if (old is not var (day, origin, layout, fromAt, untilAt))
            return false;
        connection.Execute("DELETE FROM segments WHERE day = @day AND first = @first", new { day, first });
        foreach (var (offset, batch) in left.Parts)
        {
            connection.Execute(
                $"INSERT INTO segments (first, count, data, {Kept}) VALUES (@begin, @Count, @data, @day, @origin, @layout, @fromAt, "
                    + "@untilAt)",
                new { begin = first + offset, batch.Count, data = batch.Data.ToArray(), day, origin, layout, fromAt, untilAt });
            connection.Execute(
                "INSERT INTO keyed_entities (project, hash, first, day) SELECT project, hash, @begin, day FROM keyed_entities WHERE "
                    + "project = @Project AND first = @first ON CONFLICT DO NOTHING",
                new { begin = first + offset, batch.Project, first });
        }

        connection.Execute(
            "DELETE FROM query_ids WHERE day = @day AND hash = ANY(@hashes) AND sequence = ANY(@sequences)",
            new { day, hashes = left.Erased.Select(record => record.Hash)
                .ToArray(), sequences = left.Erased.Select(record => first + record.Index).ToArray() });
        return true;
    }

    private protected override int RemoveReports(
        DbConnection connection, string project, IReadOnlyList<string> queryIds, IReadOnlyList<long> hashes) => connection.Execute(
        "DELETE FROM outcomes WHERE hash = ANY(@hashes) AND query_id = ANY(@ids) AND project = @project",
        new { hashes = hashes.ToArray(), ids = queryIds.ToArray(), project });
}
