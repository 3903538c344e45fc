using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
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
                // Whoever holds this row changes keys; all others wait, and then see what was changed.
                await connection.ExecuteAsync(new CommandDefinition($"{SelectVersion} FOR UPDATE", cancellationToken: token));
                if (change(await ReadKeysAsync(connection, token)) is { IsEmpty: false } changed)
                {
                    await connection.ExecuteAsync(new CommandDefinition(Upsert, Parameters(changed), cancellationToken: token));
                    await connection.ExecuteAsync(new CommandDefinition(NextVersion, cancellationToken: token));
                }

                return new ApiKeySet(
                    await connection.ExecuteScalarAsync<long>(new CommandDefinition(SelectVersion, cancellationToken: token)),
                    await ReadKeysAsync(connection, token));
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
}
