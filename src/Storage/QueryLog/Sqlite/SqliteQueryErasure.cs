using System.Data.Common;
using Dapper;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>Erasure from the file of the query log. What is removed is overwritten there (<c>secure_delete</c>).</summary>
public sealed class SqliteQueryErasure(QueryDatabase database, ErasureMarks marks, IArchiveErasure? archive = null)
    : QueryErasure(database, marks, archive)
{
    // Columns that the parts of a segment share with it.
    private const string Kept = "origin, layout, from_at, until_at";

    /// <inheritdoc/>
    public override async Task<string?> CompactAsync(CancellationToken cancellationToken)
    {
        var isDone = await database.CheckpointAsync(cancellationToken);
        return isDone && !database.HasJournal
            ? null
            : "the log that SQLite and durable records are written to first: until the node stops, or has written as much again";
    }

    private protected override Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken) =>
        database.WriteAsync(
        connection =>
        {
            connection.Execute("PRAGMA secure_delete = ON");
            try
            {
                return work(connection);
            }
            finally
            {
                connection.Execute("PRAGMA secure_delete = OFF");
            }
        },
        cancellationToken);

    private protected override bool ReplaceSegment(DbConnection connection, long first, ErasedBatch left)
    {
        var old = connection.QuerySingleOrDefault<(long Count, long Origin, long Layout, long FromAt, long UntilAt)?>(
            $"SELECT count, {Kept} FROM segments WHERE first = @first", new { first });
        if (old is not var (count, origin, layout, fromAt, untilAt))
            return false;
        connection.Execute("UPDATE swept SET last = max(last, @last)", new { last = first + count - 1 });
        connection.Execute("DELETE FROM segments WHERE first = @first", new { first });
        foreach (var (offset, batch) in left.Parts)
        {
            connection.Execute(
                $"INSERT INTO segments (first, count, data, {Kept}) VALUES (@begin, @Count, @data, @origin, @layout, @fromAt, @untilAt)",
                new { begin = first + offset, batch.Count, data = batch.Data.ToArray(), origin, layout, fromAt, untilAt });
            connection.Execute(
                "INSERT INTO keyed_entities (project, hash, first) SELECT project, hash, @begin FROM keyed_entities WHERE project = "
                    + "@Project AND first = @first ON CONFLICT DO NOTHING",
                new { begin = first + offset, batch.Project, first });
        }

        return true;
    }

    private protected override int RemoveReports(
        DbConnection connection, string project, IReadOnlyList<string> queryIds, IReadOnlyList<long> hashes)
    {
        var mine = new { project, queryIds, hashes };
        const string where = "WHERE hash IN @hashes AND query_id IN @queryIds AND project = @project";
        var blanked = connection.Execute(
            $"UPDATE outcomes SET hash = 0, project = '', query_id = '', value = '', late = 1 {where} AND id = (SELECT max(id) FROM "
                + "outcomes)", mine);
        return blanked + connection.Execute($"DELETE FROM outcomes {where}", mine);
    }
}
