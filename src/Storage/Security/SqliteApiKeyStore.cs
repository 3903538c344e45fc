using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Security;
using Progeny.Storage.Metrics.Sqlite;

namespace Progeny.Storage.Security;

/// <summary>Keys in the file of the perfdb.</summary>
public sealed class SqliteApiKeyStore(MetricsDatabase database) : ApiKeyStore
{
    /// <inheritdoc/>
    public override Task<ApiKeySet> ChangeAsync(
        Func<ImmutableArray<ApiKey>, ImmutableArray<ApiKey>> change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                if (change(ReadKeys(connection)) is { IsEmpty: false } changed)
                {
                    connection.Execute(Upsert, Parameters(changed));
                    connection.Execute(NextVersion);
                }

                return Read(connection);
            },
            cancellationToken);

    /// <inheritdoc/>
    public override Task<ApiKeySet> EndSessionAsync(
        string id, DateTimeOffset until, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(EndSession, Parameters(id, until, now));
            connection.Execute(NextVersion);
            return Read(connection);
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task NoteUseAsync(IReadOnlyDictionary<string, DateTimeOffset> used, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute(NoteUse, Parameters(used)), cancellationToken);

    /// <inheritdoc/>
    public override Task<string> KeepPepperMarkAsync(string mark, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(KeepPepper, new { mark });
            return connection.ExecuteScalar<string>(SelectPepper)!;
        },
        cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);

    private static ApiKeySet Read(SqliteConnection connection) => new(
        connection.ExecuteScalar<long>(SelectVersion), ReadKeys(connection), [.. connection.Query<string>(SelectSessions)]);
}
