using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Security.Audit;
using Progeny.Storage.Metrics.Sqlite;

namespace Progeny.Storage.Security;

/// <summary>The audit log in the file of the perfdb.</summary>
public sealed class SqliteAuditLog(MetricsDatabase database, AuditSeal seal) : AuditLog
{
    /// <inheritdoc/>
    public override Task<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => Append(connection, entry), cancellationToken);

    /// <inheritdoc/>
    public override Task<long> BeginAsync(AuditEntry intent, string node, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.ExecuteScalar<long>(AuditIntents.Insert, AuditIntents.Parameters(intent, node)), cancellationToken);

    /// <inheritdoc/>
    public override Task<long> CompleteAsync(long intent, AuditEntry entry, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(AuditIntents.Delete, new { intent });
            return Append(connection, entry);
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task<int> CompleteLostAsync(string node, DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                var lost = AuditIntents.ToEntries(connection.Query<(long, string)>(
                    AuditIntents.TakeLost, new { node, before = before.ToUnixTimeMilliseconds() })).ToList();
                lost.ForEach(entry => Append(connection, entry));
                return lost.Count;
            },
            cancellationToken);

    /// <inheritdoc/>
    public override Task<long> PruneAsync(TimeSpan kept, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var before = (database.ReadAge() - kept).ToUnixTimeMilliseconds();
            var through = connection.ExecuteScalar<long>(AuditPruning.SelectThrough, new { before });
            var last = connection.QuerySingleOrDefault<byte[]>(AuditPruning.SelectHash, new { through });
            if (last is null)
                return 0L;
            Append(connection, new AuditCheckpoint(through, Convert.ToHexStringLower(last)).ToEntry(now));
            return connection.Execute(AuditPruning.Delete, new { through }) - 1;
        },
        cancellationToken);

    /// <inheritdoc/>
    public override async Task<int> SendAsync(
        string receiver,
        int limit,
        Func<IReadOnlyList<StoredAuditEntry>, CancellationToken, Task> send,
        CancellationToken cancellationToken)
    {
        var entries = await ReadAsync(
            async (connection, token) => await ReadAfterAsync(
                connection, await connection.ExecuteScalarAsync<long>(AuditCursors.Select, new { receiver }), limit, token),
            cancellationToken);
        if (entries.Count == 0)
            return 0;
        await send(entries, cancellationToken);
        await database.WriteAsync(
            connection => connection.Execute(AuditCursors.Update, new { receiver, through = entries[^1].Sequence }), cancellationToken);
        return entries.Count;
    }

    /// <summary>Writes an entry in the transaction that is open.</summary>
    internal long Append(SqliteConnection connection, AuditEntry entry)
    {
        var append = AuditAppend.To(connection.QuerySingle<AuditEnd>(SelectEnd), entry, seal);
        foreach (var stored in append.Entries)
            connection.Execute(Insert, Parameters(stored));
        connection.Execute(UpdateEnd, append.End);
        return append.End.Last;
    }

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);
}
