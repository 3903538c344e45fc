using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
using Progeny.Core.Security;

namespace Progeny.Storage.Security;

/// <summary>What the keys are on every database: how they are written as a row, and read.</summary>
public abstract class ApiKeyStore : IApiKeyStore
{
    private protected const string SelectVersion = "SELECT version FROM api_key_state";

    private protected const string NextVersion = "UPDATE api_key_state SET version = version + 1";

    private protected const string SelectPepper = "SELECT pepper FROM api_key_state";

    private protected const string KeepPepper = "UPDATE api_key_state SET pepper = :mark WHERE pepper IS NULL";

    private protected const string SelectKeys =
        """
        SELECT id, name, hash, access, created_at, created_by, expires_at, revoked_at, revoked_by, last_used_at, replaces
        FROM api_keys ORDER BY sequence
        """;

    private protected const string Upsert =
        """
        INSERT INTO api_keys (sequence, id, name, hash, access, created_at, created_by, expires_at, revoked_at, revoked_by, last_used_at, replaces)
        SELECT coalesce(max(sequence), 0) + 1, :Id, :Name, :Hash, :Access, :CreatedAt, :CreatedBy, :ExpiresAt, :RevokedAt, :RevokedBy, :LastUsedAt, :Replaces
        FROM api_keys WHERE true
        ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at, revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by
        """;

    private protected const string NoteUse =
        "UPDATE api_keys SET last_used_at = :at WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)";

    private protected const string EndSession =
        """
        DELETE FROM ended_sessions WHERE until < :now;
        INSERT INTO ended_sessions (id, until) VALUES (:id, :until) ON CONFLICT (id) DO NOTHING;
        """;

    private protected const string SelectSessions = "SELECT id FROM ended_sessions";

    private const char Separator = ' ';

    /// <inheritdoc/>
    public Task<ApiKeySet> ReadAsync(CancellationToken cancellationToken) => ReadAsync(
        // The version first: keys that are newer than it are read once more, older ones would stay.
        async (connection, token) => new ApiKeySet(
            await connection.ExecuteScalarAsync<long>(new CommandDefinition(SelectVersion, cancellationToken: token)),
            await ReadKeysAsync(connection, token),
            await ReadSessionsAsync(connection, token)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> ReadVersionAsync(CancellationToken cancellationToken) => ReadAsync(
        (connection, token) => connection.ExecuteScalarAsync<long>(new CommandDefinition(SelectVersion, cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    public abstract Task<ApiKeySet> ChangeAsync(
        Func<ImmutableArray<ApiKey>, ImmutableArray<ApiKey>> change, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<ApiKeySet> EndSessionAsync(
        string id, DateTimeOffset until, DateTimeOffset now, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task NoteUseAsync(IReadOnlyDictionary<string, DateTimeOffset> used, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<string> KeepPepperMarkAsync(string mark, CancellationToken cancellationToken);

    /// <summary>Runs a read.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    private protected static async Task<ImmutableArray<ApiKey>> ReadKeysAsync(
        DbConnection connection, CancellationToken cancellationToken) =>
        [
            .. (await connection.QueryAsync<Row>(new CommandDefinition(SelectKeys, cancellationToken: cancellationToken))).Select(
                row => row.ToKey()),
        ];

    private protected static async Task<ImmutableArray<string>> ReadSessionsAsync(
        DbConnection connection, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<string>(new CommandDefinition(SelectSessions, cancellationToken: cancellationToken))];

    private protected static ImmutableArray<ApiKey> ReadKeys(DbConnection connection) =>
        [.. connection.Query<Row>(SelectKeys).Select(row => row.ToKey())];

    private protected static object Parameters(string session, DateTimeOffset until, DateTimeOffset now) =>
        new { id = session, until = until.ToUnixTimeMilliseconds(), now = now.ToUnixTimeMilliseconds() };

    private protected static IEnumerable<object> Parameters(ImmutableArray<ApiKey> keys) => keys.Select(key => new
    {
        key.Id,
        key.Name,
        key.Hash,
        Access = string.Join(Separator, key.Access),
        CreatedAt = key.CreatedAt.ToUnixTimeMilliseconds(),
        key.CreatedBy,
        ExpiresAt = key.ExpiresAt?.ToUnixTimeMilliseconds(),
        RevokedAt = key.RevokedAt?.ToUnixTimeMilliseconds(),
        key.RevokedBy,
        LastUsedAt = key.LastUsedAt?.ToUnixTimeMilliseconds(),
        key.Replaces,
    });

    private protected static IEnumerable<object> Parameters(IReadOnlyDictionary<string, DateTimeOffset> used) =>
        used.OrderBy(use => use.Key, StringComparer.Ordinal).Select(use => new { id = use.Key, at = use.Value.ToUnixTimeMilliseconds() });

    private sealed class Row
    {
        public required string Id { get; init; }

        public required string Name { get; init; }

        public required string Hash { get; init; }

        public required string Access { get; init; }

        public required long Created_At { get; init; }

        public required string Created_By { get; init; }

        public long? Expires_At { get; init; }

        public long? Revoked_At { get; init; }

        public string? Revoked_By { get; init; }

        public long? Last_Used_At { get; init; }

        public string? Replaces { get; init; }

        public ApiKey ToKey() => new()
        {
            Id = Id,
            Name = Name,
            Hash = Hash,
            Access = [
                .. Access.Split(Separator)
                    .Select(text =>
                        AccessEntry.Parse(text).Entry
                            ?? throw new InvalidDataException(
                                $"The key {Id} has the role or grant '{text}', which this program does not know.")),
            ],
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(Created_At),
            CreatedBy = Created_By,
            ExpiresAt = Time(Expires_At),
            RevokedAt = Time(Revoked_At),
            RevokedBy = Revoked_By,
            LastUsedAt = Time(Last_Used_At),
            Replaces = Replaces,
        };

        private static DateTimeOffset? Time(long? milliseconds) =>
            milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }
}
