using System.Data.Common;
using System.Runtime.ExceptionServices;
using Dapper;
using Npgsql;
using Progeny.Core.Security.Audit;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Metrics.Postgres;

namespace Progeny.Storage.Security;

/// <summary>
/// The audit log in the cluster's database. Whoever writes an entry holds the row of the end, so all nodes write one chain.
/// </summary>
public sealed class PostgresAuditLog(ClusterDatabase database, PostgresPerfdb perfdb, AuditSeal seal) : AuditLog
{
    // "audit". Whoever holds this lock and a receiver's number sends entries to it.
    private const int SenderLock = 0x61756469;

    /// <inheritdoc/>
    public override Task<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, token) => AppendAsync(connection, entry, token), cancellationToken);

    /// <inheritdoc/>
    public override Task<long> BeginAsync(AuditEntry intent, string node, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, token) => connection.ExecuteScalarAsync<long>(
            new CommandDefinition(AuditIntents.Insert, AuditIntents.Parameters(intent, node), cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    public override Task<long> CompleteAsync(long intent, AuditEntry entry, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(AuditIntents.Delete, new { intent }, cancellationToken: token));
            return await AppendAsync(connection, entry, token);
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task<int> CompleteLostAsync(string node, DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, token) =>
            {
                var lost = AuditIntents.ToEntries(await connection.QueryAsync<(long, string)>(new CommandDefinition(
                    AuditIntents.TakeLost, new { node, before = before.ToUnixTimeMilliseconds() }, cancellationToken: token))).ToList();
                foreach (var entry in lost)
                    await AppendAsync(connection, entry, token);
                return lost.Count;
            },
            cancellationToken);

    /// <inheritdoc/>
    public override async Task<long> PruneAsync(TimeSpan kept, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = (await perfdb.ReadAgeAsync(cancellationToken) - kept).ToUnixTimeMilliseconds();
        return await database.WriteAsync(
            async (connection, token) =>
            {
                await connection.ExecuteAsync(new CommandDefinition($"{SelectEnd} FOR UPDATE", cancellationToken: token));
                var through = await connection.ExecuteScalarAsync<long>(
                    new CommandDefinition(
                        AuditPruning.SelectThrough.Replace("SELECT min(coalesce", "SELECT least(coalesce", StringComparison.Ordinal),
                        new { before },
                        cancellationToken: token));
                var last = await connection.QuerySingleOrDefaultAsync<byte[]>(
                    new CommandDefinition(AuditPruning.SelectHash, new { through }, cancellationToken: token));
                if (last is null)
                    return 0L;
                await AppendAsync(connection, new AuditCheckpoint(through, Convert.ToHexStringLower(last)).ToEntry(now), token);
                return await connection.ExecuteAsync(new CommandDefinition(AuditPruning.Delete, new { through }, cancellationToken: token))
                    - 1;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<int> SendAsync(
        string receiver,
        int limit,
        Func<IReadOnlyList<StoredAuditEntry>, CancellationToken, Task> send,
        CancellationToken cancellationToken)
    {
        // Of the receiver, not of the database.
        Exception? failure = null;
        var sent = await database.WriteAsync(
            async (connection, token) =>
            {
                if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                    "SELECT pg_try_advisory_xact_lock(@SenderLock, hashtext(@receiver))",
                    new { SenderLock, receiver },
                    cancellationToken: token)))
                    return 0;
                var through = await connection.ExecuteScalarAsync<long>(
                    new CommandDefinition(AuditCursors.Select, new { receiver }, cancellationToken: token));
                var entries = await ReadAfterAsync(connection, through, limit, token);
                if (entries.Count == 0)
                    return 0;
                try
                {
                    await send(entries, token);
                }
                catch (Exception exception)
                {
                    failure = exception;
                    return 0;
                }

                await connection.ExecuteAsync(
                    new CommandDefinition(AuditCursors.Update, new { receiver, through = entries[^1].Sequence }, cancellationToken: token));
                return entries.Count;
            },
            cancellationToken);
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        return sent;
    }

    /// <summary>Writes an entry in the transaction that is open, which holds the end until it is committed.</summary>
    internal async Task<long> AppendAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellationToken)
    {
        var end = await connection.QuerySingleAsync<AuditEnd>(
            new CommandDefinition($"{SelectEnd} FOR UPDATE", cancellationToken: cancellationToken));
        var append = AuditAppend.To(end, entry, seal);
        foreach (var stored in append.Entries)
            await connection.ExecuteAsync(new CommandDefinition(Insert, Parameters(stored), cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(UpdateEnd, append.End, cancellationToken: cancellationToken));
        return append.End.Last;
    }

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(connection, token), cancellationToken);
}
