using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
using Npgsql;
using Progeny.Core.Security;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Security;

/// <summary>Keys in the cluster's database.</summary>
public sealed class PostgresApiKeyStore(ClusterDatabase database) : ApiKeyStore
{
    /// <inheritdoc/>
    public override Task<ApiKeySet> ChangeAsync(
        Func<ImmutableArray<ApiKey>, ImmutableArray<ApiKey>> change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, token) =>
            {
                await LockAsync(connection, token);
                if (change(await ReadKeysAsync(connection, token)) is { IsEmpty: false } changed)
                {
                    await connection.ExecuteAsync(new CommandDefinition(Upsert, Parameters(changed), cancellationToken: token));
                    await connection.ExecuteAsync(new CommandDefinition(NextVersion, cancellationToken: token));
                }

                return await ReadSetAsync(connection, token);
            },
            cancellationToken);

    /// <inheritdoc/>
    public override Task<ApiKeySet> EndSessionAsync(
        string id, DateTimeOffset until, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            await LockAsync(connection, token);
            await connection.ExecuteAsync(new CommandDefinition(EndSession, Parameters(id, until, now), cancellationToken: token));
            await connection.ExecuteAsync(new CommandDefinition(NextVersion, cancellationToken: token));
            return await ReadSetAsync(connection, token);
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task NoteUseAsync(IReadOnlyDictionary<string, DateTimeOffset> used, CancellationToken cancellationToken) =>
        database.WriteAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(NoteUse, Parameters(used), cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    public override Task<string> KeepPepperMarkAsync(string mark, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(KeepPepper, new { mark }, cancellationToken: token));
            return (await connection.ExecuteScalarAsync<string>(new CommandDefinition(SelectPepper, cancellationToken: token)))!;
        },
        cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(connection, token), cancellationToken);

    /// <summary>
    /// Locks the row of the version: one transaction at a time changes keys and sessions, and sees what was changed before.
    /// </summary>
    private static Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition($"{SelectVersion} FOR UPDATE", cancellationToken: cancellationToken));

    private static async Task<ApiKeySet> ReadSetAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => new(
        await connection.ExecuteScalarAsync<long>(new CommandDefinition(SelectVersion, cancellationToken: cancellationToken)),
        await ReadKeysAsync(connection, cancellationToken),
        await ReadSessionsAsync(connection, cancellationToken));
}
